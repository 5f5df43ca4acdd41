import { isAbsolute } from "node:path";

import {
  orchError,
  parseProjectId,
  parseSessionId,
  parseTaskId,
  sessionPurposes,
  unwrap,
  type Json,
  type PriceFigures,
  type OrchError,
  type Result,
  type SessionSpec,
} from "@orch/core";

import { fieldsOf, shaped } from "./shape.ts";

/** What a supervisor is started from. */
export interface Launch {
  /** Distinguishes this start from any other of the same session. */
  readonly nonce: string;
  readonly host: "tmux" | "process";
  readonly socket: string;
  /** Folders that the session must not see, whatever its own rules say. */
  readonly hide: readonly string[];
  readonly spec: SessionSpec;
}

/** Parses `launch.json`, every field of it: a supervisor acts on nothing that it has not checked. */
export function parseLaunch(text: string): Result<Launch, OrchError> {
  return shaped("launch.json", () => {
    const fields = fieldsOf(JSON.parse(text));
    return {
      nonce: fields.text("nonce"),
      host: fields.oneOf("host", ["tmux", "process"]),
      socket: absolute(fields.text("socket")),
      hide: fields.list("hide").map(absolute),
      spec: readSpec(fields.at("spec")),
    };
  });
}

function readSpec(value: unknown): SessionSpec {
  const fields = fieldsOf(value);
  const argv = fields.list("argv");
  if (argv[0] === undefined || argv[0] === "") throw orchError("session_failed", "the field argv is empty");
  return {
    id: unwrap(parseSessionId(fields.text("id"))),
    attempt: readAttempt(fields.at("attempt")),
    purpose: fields.oneOf("purpose", sessionPurposes),
    folder: absolute(fields.text("folder")),
    argv,
    cwd: absolute(fields.text("cwd")),
    env: fields.texts("env"),
    ...(fields.at("stdinFile") === undefined ? {} : { stdinFile: absolute(fields.text("stdinFile")) }),
    protocol: fields.text("protocol"),
    // JSON.parse yields nothing but Json; each protocol checks its own options.
    protocolOptions: (fields.at("protocolOptions") ?? null) as Json,
    sandbox: readSandbox(fields.at("sandbox")),
    limits: readLimits(fields.at("limits")),
    host: fields.oneOf("host", ["auto", "tmux", "process"]),
  };
}

/** Reads the attempt that a record belongs to. */
export function readAttempt(value: unknown): SessionSpec["attempt"] {
  const fields = fieldsOf(value);
  return {
    project: unwrap(parseProjectId(fields.text("project"))),
    id: unwrap(parseTaskId(fields.text("id"))),
    attempt: fields.number("attempt"),
  };
}

function readSandbox(value: unknown): SessionSpec["sandbox"] {
  const fields = fieldsOf(value);
  return {
    mode: fields.oneOf("mode", ["auto", "srt", "bwrap", "none"]),
    write: fields.list("write").map(absolute),
    hide: fields.list("hide").map(absolute),
    read: fields.list("read").map(absolute),
    network: fields.flag("network"),
    ...(fields.at("egress") === undefined ? {} : { egress: readEgress(fields.at("egress")) }),
  };
}

function readEgress(value: unknown): SessionSpec["sandbox"]["egress"] & object {
  const fields = fieldsOf(value);
  return { allow: fields.list("allow"), endpoints: fields.list("endpoints") };
}

function readLimits(value: unknown): SessionSpec["limits"] {
  const fields = fieldsOf(value);
  return {
    wallMs: fields.number("wallMs"),
    silenceMs: fields.number("silenceMs"),
    noProgressMs: fields.number("noProgressMs"),
    outputBytes: fields.number("outputBytes"),
    ...(fields.at("memoryBytes") === undefined ? {} : { memoryBytes: fields.number("memoryBytes") }),
    ...(fields.at("processes") === undefined ? {} : { processes: fields.number("processes") }),
    ...(fields.at("fileBytes") === undefined ? {} : { fileBytes: fields.number("fileBytes") }),
    ...(fields.at("tokens") === undefined ? {} : { tokens: fields.number("tokens") }),
    ...(fields.at("costUsd") === undefined ? {} : { costUsd: fields.number("costUsd") }),
    ...(fields.at("prices") === undefined ? {} : { prices: readPrices(fields.at("prices")) }),
    ...(fields.at("price") === undefined ? {} : { price: readPrice(fields.at("price")) }),
    ...(fields.at("nudgeShare") === undefined ? {} : { nudgeShare: fields.number("nudgeShare") }),
    ...(fields.at("permissionMs") === undefined ? {} : { permissionMs: fields.number("permissionMs") }),
  };
}

function readPrices(value: unknown): NonNullable<SessionSpec["limits"]["prices"]> {
  const models = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(models.map(([model, price]) => [model, readPrice(price)]));
}

function readPrice(value: unknown): NonNullable<SessionSpec["limits"]["price"]> {
  const long = fieldsOf(value).at("long");
  if (long === undefined) return readFigures(value);
  return { ...readFigures(value), long: { ...readFigures(long), over: fieldsOf(long).number("over") } };
}

function readFigures(value: unknown): PriceFigures {
  const fields = fieldsOf(value);
  return {
    input: fields.number("input"),
    output: fields.number("output"),
    ...(fields.at("cachedInput") === undefined ? {} : { cachedInput: fields.number("cachedInput") }),
  };
}

function absolute(path: string): string {
  if (isAbsolute(path)) return path;
  throw orchError("session_failed", "a path is not absolute", { details: { path } });
}
