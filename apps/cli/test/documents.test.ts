import { join } from "node:path";

import { errorSchema, resultSchemas } from "@orch/api/schemas";
import { flagRows, usageOf, verbs, type Verb } from "@orch/commands";
import { errorTable } from "@orch/core";
import { expect, test } from "vitest";

const DOCS = join(import.meta.dirname, "..", "..", "..", "docs");

function cliDocument(): string {
  return [
    "# The command line",
    "Generated from the registry of verbs (`packages/commands`). Every verb takes `--json`, `--no-color`, `--project <owner/repo|path>` and `--help`.",
    "Exit codes: 0 done, 1 failed, 2 wrong use, 3 not found, 4 needs a person.",
    ...verbs.map((verb) => verbSection(verb)),
  ].join("\n\n");
}

function verbSection(verb: Verb): string {
  const positionals = Object.entries(verb.positionals).map(([key, param]) => `- \`<${key}>\`: ${param.summary}`);
  const flags = flagRows(verb.flags).map(([flag, what]) => `- \`${flag}\`: ${what}`);
  const aliases = verb.aliases.length > 0 ? [`Also: ${verb.aliases.map((alias) => `\`${alias}\``).join(", ")}`] : [];
  return [
    `## orch ${verb.name}`,
    `${verb.summary}.${verb.help === undefined ? "" : ` ${verb.help}`}`,
    `\`${usageOf(verb)}\``,
    ...([...positionals, ...flags].length > 0 ? [[...positionals, ...flags].join("\n")] : []),
    ...aliases,
    `Needs: ${verb.tier}. Surfaces: ${verb.surfaces.join(", ")}.`,
    `\`\`\`sh\n${verb.examples.join("\n")}\n\`\`\``,
  ].join("\n\n");
}

function jsonDocument(): string {
  const codes = Object.entries(errorTable).map(
    ([code, { exit, summary }]) => `- \`${code}\` (exits with ${exit}): ${summary}`,
  );
  return [
    "# What --json prints",
    "Generated from the schemas of `@orch/api`. With `--json`, a verb prints one document on standard output; `stream` prints one per line. Fields may be added; a field that is here keeps its name and meaning. Times are milliseconds since 1970.",
    "An error is one document on standard error:",
    fenced(errorSchema),
    codes.join("\n"),
    ...Object.entries(resultSchemas).flatMap(([name, schema]) => [`## orch ${name}`, fenced(schema)]),
  ].join("\n\n");
}

function fenced(schema: { toJSONSchema(options: { unrepresentable: "any" }): object }): string {
  return `\`\`\`text\n${shapeOf({ ...schema.toJSONSchema({ unrepresentable: "any" }) }, "")}\n\`\`\``;
}

type Schema = Readonly<Record<string, unknown>>;

/** A JSON schema in the short form that a TypeScript reader knows. */
function shapeOf(schema: Schema, indent: string): string {
  if (Array.isArray(schema["anyOf"]))
    return (schema["anyOf"] as Schema[]).map((one) => shapeOf(one, indent)).join(" | ");
  if (Array.isArray(schema["enum"]))
    return (schema["enum"] as string[]).map((word) => JSON.stringify(word)).join(" | ");
  if (schema["type"] === "array") return `${shapeOf(schema["items"] as Schema, indent)}[]`;
  if (schema["type"] === "integer") return "number";
  if (Array.isArray(schema["type"])) return schema["type"].join(" | ");
  if (schema["type"] !== "object") return typeof schema["type"] === "string" ? schema["type"] : "any";
  const required = new Set(schema["required"] as string[] | undefined);
  const fields = Object.entries((schema["properties"] ?? {}) as Record<string, Schema>).map(([name, value]) => {
    const note = typeof value["description"] === "string" ? ` // ${value["description"]}` : "";
    return `${indent}  ${name}${required.has(name) ? "" : "?"}: ${shapeOf(value, `${indent}  `)};${note}`;
  });
  if (fields.length === 0) return "{ [key]: number }";
  return `{\n${fields.join("\n")}\n${indent}}`;
}

test("docs/cli.md is what the registry says", async () => {
  await expect(`${cliDocument()}\n`).toMatchFileSnapshot(join(DOCS, "cli.md"));
});

test("docs/cli-json.md is what the schemas say", async () => {
  await expect(`${jsonDocument()}\n`).toMatchFileSnapshot(join(DOCS, "cli-json.md"));
});
