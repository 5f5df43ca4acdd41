import { errorTable, orchError, type ErrorCode, type OrchError } from "@orch/core";

/** The daemon's answer to a call: what was asked for, or why not. */
export type Answer = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly error: OrchError };

/** Reads an answer's text. What does not have the shape of the contract is an `internal` error. */
export function parseAnswer(text: string): Answer {
  const value = parseObject(text);
  if (value !== undefined && "data" in value) return { ok: true, data: value["data"] };
  return { ok: false, error: toError(value?.["error"]) };
}

/** Reads a JSON object; undefined when the text is none. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function toError(value: unknown): OrchError {
  if (!isRecord(value)) return orchError("internal", "the daemon's answer can't be understood");
  const { code, message, hint } = value;
  const known = typeof code === "string" && isErrorCode(code) ? code : "internal";
  const said = typeof message === "string" ? message : "the daemon gave no message";
  return orchError(known, said, typeof hint === "string" ? { hint } : {});
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
