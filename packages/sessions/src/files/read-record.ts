import { readFileSync } from "node:fs";

import { orchError, type OrchError, type Result } from "@orch/core";

import { isOneOf } from "./system-error.ts";

/**
 * Reads a record of a session; undefined when there is none, or none that can be understood: what a crash left.
 * @throws `session_failed` when the file is there and can't be read.
 */
export function readRecord<Value>(path: string, parse: (text: string) => Result<Value, OrchError>): Value | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isOneOf(error, ["ENOENT", "ENOTDIR"])) return undefined;
    throw orchError("session_failed", `${path} can't be read`, { cause: error });
  }
  const parsed = parse(text);
  return parsed.ok ? parsed.value : undefined;
}
