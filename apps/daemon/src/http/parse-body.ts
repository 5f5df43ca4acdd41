import { orchError } from "@orch/core";

/** Reads a request's body; no body is no arguments. The verb's schema judges what it holds. Throws `usage`. */
export function parseBody(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw orchError("usage", "the request's body is not JSON", { cause });
  }
}
