const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The beginning of a text, at most `limit` bytes of UTF-8, with a note when something was cut. */
export function cutEnd(text: string, limit: number): string {
  const bytes = encoder.encode(text);
  if (bytes.length <= limit) return text;
  return `${decoder.decode(bytes.subarray(0, boundary(bytes, limit)))}\n${note(limit, bytes.length)}`;
}

/** The end of a text, at most `limit` bytes of UTF-8, with a note when something was cut. */
export function cutStart(text: string, limit: number): string {
  const bytes = encoder.encode(text);
  if (bytes.length <= limit) return text;
  return `${note(limit, bytes.length)}\n${decoder.decode(bytes.subarray(boundary(bytes, bytes.length - limit)))}`;
}

/** The beginning and the end of a text, at most `limit` bytes of UTF-8 together, with a note when something was cut. */
export function cutMiddle(text: string, limit: number): string {
  const bytes = encoder.encode(text);
  if (bytes.length <= limit) return text;
  const half = Math.floor(limit / 2);
  const begin = decoder.decode(bytes.subarray(0, boundary(bytes, half)));
  const end = decoder.decode(bytes.subarray(boundary(bytes, bytes.length - half)));
  return `${begin}\n${note(limit, bytes.length)}\n${end}`;
}

/** The first `limit` items, and how many are missing. */
export function cutList(items: readonly string[], limit: number): readonly string[] {
  if (items.length <= limit) return items;
  return [...items.slice(0, limit), `[and ${items.length - limit} more, left out by orch]`];
}

function note(limit: number, whole: number): string {
  return `[cut by orch: ${limit} of ${whole} bytes shown]`;
}

/** The next position that does not split a character. */
function boundary(bytes: Uint8Array, from: number): number {
  let position = from;
  while (position < bytes.length && ((bytes[position] ?? 0) & 0b1100_0000) === 0b1000_0000) position += 1;
  return position;
}
