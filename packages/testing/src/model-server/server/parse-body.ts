import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

import { asRecord } from "../wire/json-values.ts";

/** The body of a request: its text, and the object it spells; undefined when it spells none. */
export interface RequestBody {
  readonly raw: string;
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** Reads a body to its end. */
export async function parseBody(request: IncomingMessage): Promise<RequestBody> {
  const raw = await text(request);
  return { raw, json: parseObject(raw) };
}

function parseObject(raw: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asRecord(JSON.parse(raw));
  } catch {
    return undefined;
  }
}
