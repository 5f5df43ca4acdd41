import { asRecord } from "./json-values.ts";

/** One server-sent event. */
export interface ServerSentEvent {
  /** Undefined for events without a name. */
  readonly event: string | undefined;
  /** The JSON of the event; empty for `[DONE]`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The data as it was sent. */
  readonly raw: string;
}

/** Parses a stream back into events, as a strict client would. */
export function readEvents(stream: string): readonly ServerSentEvent[] {
  return stream
    .split("\n\n")
    .filter((text) => text !== "")
    .map((text) => {
      const lines = text.split("\n");
      const field = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const raw = field("data") ?? "";
      return { event: field("event"), raw, data: raw === "[DONE]" ? {} : asRecord(JSON.parse(raw)) };
    });
}
