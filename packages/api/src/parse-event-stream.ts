import { orchError } from "@orch/core";

/** One message of an event stream. */
export interface StreamMessage {
  /** `message` unless the stream says otherwise. */
  readonly event: string;
  readonly id?: string;
  readonly data: string;
}

const LONGEST_MESSAGE = 8 * 1024 * 1024;

/**
 * Cuts a text stream (`text/event-stream`) into its messages; comments are left out. Only whole messages come out, so a
 * stream that breaks off in one can be resumed without a gap. Throws `internal` for a message over 8 MiB characters.
 */
export async function* parseEventStream(chunks: AsyncIterable<string>): AsyncGenerator<StreamMessage> {
  let rest = "";
  for await (const chunk of chunks) {
    rest += chunk;
    for (let cut = rest.indexOf("\n\n"); cut >= 0; cut = rest.indexOf("\n\n")) {
      const message = parseMessage(rest.slice(0, cut));
      rest = rest.slice(cut + 2);
      if (message !== undefined) yield message;
    }
    if (rest.length > LONGEST_MESSAGE) throw orchError("internal", "the daemon sent an event that is too long");
  }
}

function parseMessage(block: string): StreamMessage | undefined {
  let event = "message";
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const cut = line.indexOf(":");
    if (cut <= 0) continue;
    const field = line.slice(0, cut);
    const value = line.slice(cut + 1).replace(/^ /, "");
    if (field === "event") event = value;
    else if (field === "id") id = value;
    else if (field === "data") data.push(value);
  }
  if (data.length === 0) return undefined;
  return { event, data: data.join("\n"), ...(id === undefined ? {} : { id }) };
}
