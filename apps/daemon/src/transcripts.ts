import { join } from "node:path";

import { attemptFolder } from "@orch/config";
import type { AttemptRef, SessionEvent } from "@orch/core";
import { createEventRedactor, type SecretRedactor } from "@orch/security";
import { readSessionEvents } from "@orch/sessions";

/** The end of what a session did. */
export interface TranscriptTail {
  readonly events: readonly SessionEvent[];
  /** There was more before. */
  readonly truncated: boolean;
}

/**
 * Reads what the agent's session of an attempt did so far, redacted: the last events that fit into `maxBytes` of JSON.
 * Empty when there never was one, or when it is no longer kept.
 */
export async function readTranscript(
  home: string,
  {
    ref,
    redactor,
    maxBytes,
  }: { readonly ref: AttemptRef; readonly redactor: SecretRedactor; readonly maxBytes: number },
): Promise<TranscriptTail> {
  const kept: { readonly event: SessionEvent; readonly size: number }[] = [];
  let size = 0;
  let dropped = 0;
  const events = createEventRedactor(redactor);
  function keep(event: SessionEvent): void {
    const bytes = Buffer.byteLength(JSON.stringify(event));
    kept.push({ event, size: bytes });
    for (size += bytes; size > maxBytes; dropped += 1) size -= kept.shift()?.size ?? size;
  }
  for await (const raw of readSessionEvents(join(attemptFolder(home, ref), "session"), 0)) {
    for (const event of await events.take(raw)) keep(event);
  }
  for (const event of events.rest()) keep(event);
  return { events: kept.map(({ event }) => event), truncated: dropped > 0 };
}
