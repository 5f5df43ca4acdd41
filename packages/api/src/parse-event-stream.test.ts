import * as fc from "fast-check";
import { expect, test } from "vitest";

import { parseEventStream, type StreamMessage } from "./parse-event-stream.ts";

async function* chunked(text: string, sizes: readonly number[]): AsyncGenerator<string> {
  let rest = text;
  for (const size of sizes) {
    yield rest.slice(0, size);
    rest = rest.slice(size);
  }
  yield rest;
}

async function parse(text: string, sizes: readonly number[] = []): Promise<readonly StreamMessage[]> {
  return Array.fromAsync(parseEventStream(chunked(text, sizes)));
}

test("messages are read with id, event and data; comments and empty blocks are not", async () => {
  expect(
    await parse(':\n\n: beat\n\nid: 7\ndata: {"a":1}\n\nevent: end\ndata: {}\n\nid: 8\n\ndata: a\ndata: b\n\n'),
  ).toEqual([
    { event: "message", id: "7", data: '{"a":1}' },
    { event: "end", data: "{}" },
    { event: "message", data: "a\nb" },
  ]);
});

test("a message that broke off is left out, so that resuming brings it whole", async () => {
  expect(await parse("id: 1\ndata: x\n\nid: 2\ndata: y\n")).toHaveLength(1);
});

test("a message without end is refused before it fills the memory", async () => {
  async function* endless(): AsyncGenerator<string> {
    for (;;) yield "x".repeat(1024 * 1024);
  }
  await expect(Array.fromAsync(parseEventStream(endless()))).rejects.toMatchObject({ code: "internal" });
});

test("wherever the stream is cut into pieces, the messages are the same", async () => {
  const message = fc.record({ id: fc.nat(), text: fc.string({ unit: "grapheme" }) });
  await fc.assert(
    fc.asyncProperty(fc.array(message), fc.array(fc.integer({ min: 0, max: 20 })), async (messages, sizes) => {
      const text = messages.map(({ id, text: data }) => `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`).join("");
      const read = await parse(text, sizes);
      expect(read.map(({ id, data }) => ({ id: Number(id), text: JSON.parse(data) as unknown }))).toEqual(messages);
    }),
  );
});
