/** What has a number by which a client can come back for the rest. */
export interface Numbered {
  readonly seq: number;
}

/** One message of an event stream, as it goes over the wire: made once, however many clients get it. */
export interface Frame extends Numbered {
  readonly bytes: Uint8Array;
}

const LONGEST_MESSAGE = 1024 * 1024;
const encoder = new TextEncoder();

/** The messages of a source as frames. One over 1 MiB becomes an error message in its place. */
export async function* frames(source: AsyncIterable<Numbered>): AsyncGenerator<Frame, void, undefined> {
  for await (const message of source) {
    const data = JSON.stringify(message);
    const { seq } = message;
    const text = data.length > LONGEST_MESSAGE ? errorText(tooLong(seq)) : `id: ${seq}\ndata: ${data}\n\n`;
    yield { seq, bytes: encoder.encode(text) };
  }
}

/** An error as a message of an event stream. */
export function errorText(error: object): string {
  return `event: error\ndata: ${JSON.stringify({ error })}\n\n`;
}

function tooLong(seq: number): object {
  return { code: "internal", message: `event ${seq} is too long to send` };
}
