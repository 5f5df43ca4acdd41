const SHORTEST_CHUNK = 16;
const MOST_CHUNKS = 48;

/**
 * Cuts a text into the deltas of a stream: short ones for short texts and never
 * more than a few dozen. A cut never splits a character, because a lone
 * surrogate is not valid in the JSON of stricter clients.
 */
export function chunksOf(text: string): readonly string[] {
  const size = Math.max(SHORTEST_CHUNK, Math.ceil(text.length / MOST_CHUNKS));
  const chunks: string[] = [];
  let start = 0;
  while (start < text.length) {
    let end = Math.min(start + size, text.length);
    if (end < text.length && isLowSurrogate(text.charCodeAt(end))) {
      end += 1;
    }
    chunks.push(text.slice(start, end));
    start = end;
  }
  return chunks;
}

/** One server-sent event with a name. */
export function namedEvent(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** One server-sent event without a name. */
export function bareEvent(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
