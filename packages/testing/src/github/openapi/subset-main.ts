/**
 * Makes `github.json.gz`: what the stand-in's answers and events are checked against.
 * Takes GitHub's description from `@octokit/openapi`, in an install that is thrown away (384 MB), and keeps the selection.
 * Run: node --conditions=@orch/source packages/testing/src/github/openapi/subset-main.ts
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { asRecord, asString } from "../../model-server/wire/json-values.ts";
import type { Json } from "../http/api.ts";
import { EVENTS, OPERATIONS } from "./selection.ts";

const SOURCE = "@octokit/openapi@23.0.2";
/** Words for people, and examples: most of the size. */
const DROPPED = new Set([
  "description",
  "example",
  "examples",
  "title",
  "deprecated",
  "readOnly",
  "default",
  "externalDocs",
  "format",
]);

const full = download();
const schemas = asRecord(asRecord(full["components"])["schemas"]);
const operations = Object.fromEntries(OPERATIONS.map((name) => [name, answersOf(name)]));
const events = Object.fromEntries(Object.values(asRecord(full["x-webhooks"])).flatMap(eventOf));
const kept = { operations, events, components: { schemas: reachable({ operations, events }) } };
writeFileSync(join(import.meta.dirname, "github.json.gz"), gzipSync(JSON.stringify(kept), { level: 9 }));

function download(): Json {
  const folder = mkdtempSync(join(tmpdir(), "orch-openapi-"));
  try {
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--no-save", "--prefix", folder, SOURCE]);
    const file = join(folder, "node_modules/@octokit/openapi/generated/api.github.com.json");
    return { ...asRecord(JSON.parse(readFileSync(file, "utf8"))) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The schema of each successful answer of an operation, by status. */
function answersOf(name: string): Json {
  const [method = "", path = ""] = name.split(" ");
  const operation = asRecord(asRecord(asRecord(full["paths"])[path])[method.toLowerCase()]);
  const answers = Object.entries(asRecord(operation["responses"])).filter(([status]) => status.startsWith("2"));
  if (answers.length === 0) throw new TypeError(`GitHub has no ${name}`);
  return Object.fromEntries(answers.flatMap(([status, answer]) => withSchema(status, asRecord(answer)["content"])));
}

function withSchema(key: string, content: unknown): readonly (readonly [string, unknown])[] {
  const { schema } = asRecord(asRecord(content)["application/json"]);
  return schema === undefined ? [] : [[key, plain(schema)]];
}

function eventOf(webhook: unknown): readonly (readonly [string, unknown])[] {
  const { operationId, requestBody } = asRecord(asRecord(webhook)["post"]);
  const [event = "", action] = asString(operationId).replaceAll("-", "_").split("/");
  if (!EVENTS.includes(event)) return [];
  return withSchema(action === undefined ? event : `${event}.${action}`, asRecord(requestBody)["content"]);
}

/** Every named schema that these lead to. */
function reachable(from: unknown): Json {
  const found: Record<string, unknown> = {};
  const waiting = namesIn(from);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name in found) continue;
    found[name] = plain(schemas[name]);
    waiting.push(...namesIn(found[name]));
  }
  return found;
}

function namesIn(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = ""]) => name);
}

/** The schema as JSON Schema: without words, and with `null` as a type. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).filter(([key, value]) => !isWords(key, value) && key !== "nullable");
  const rest: Record<string, unknown> = Object.fromEntries(entries.map(([key, value]) => [key, plain(value)]));
  // Said of every event, and true only of repositories of organisations.
  if (Array.isArray(rest["required"])) rest["required"] = rest["required"].filter((name) => name !== "organization");
  return (schema as Json)["nullable"] === true ? { anyOf: [rest, { type: "null" }] } : rest;
}

/** A property may be called like a word for people; then it is a schema or a map of them. */
function isWords(key: string, value: unknown): boolean {
  if (key.startsWith("x-")) return true;
  const isSchema =
    typeof value === "object" &&
    value !== null &&
    ("type" in value || "$ref" in value || "oneOf" in value || "anyOf" in value);
  return DROPPED.has(key) && !isSchema;
}
