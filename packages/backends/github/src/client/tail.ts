/** The last `maxBytes` of a stream as text, held in no more memory than that and one piece of it. */
export async function tailOf(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  let kept = Buffer.alloc(0);
  for await (const chunk of stream) {
    const all = Buffer.concat([kept, chunk]);
    kept = Buffer.from(all.subarray(Math.max(all.length - maxBytes, 0)));
  }
  // A character that the cut went through is left out.
  let start = 0;
  while (start < kept.length && start < 4 && ((kept[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return kept.toString("utf8", start);
}
