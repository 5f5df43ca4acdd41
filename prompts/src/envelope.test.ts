import * as fc from "fast-check";
import { test } from "vitest";

import { createEnvelope } from "./envelope.ts";

const FENCE = "0123456789abcdefFEDCBA9876543210";
const fence = FENCE.toLowerCase();

test("no text and no label closes an envelope, in 10,000 tries of each", () => {
  const { wrap, line } = createEnvelope(FENCE);
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom(FENCE, FENCE.toLowerCase(), `<<<${FENCE}`, `${FENCE}>>>`, FENCE.slice(0, 16), FENCE.slice(16)),
    fc.constantFrom("\n", "\r", "\u200b", "\u{e0041}", "\u001b[0m", "\u001b]0;", "\u0007", "\u0000", "[fence]"),
  );
  const words = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(words, words, (label, text) => {
      const wrapped = wrap(label, text).toLowerCase();
      const lines = wrapped.split("\n");
      const isWhole = lines[0]?.startsWith(`<<<${fence} `) === true && lines.at(-1) === `${fence}>>>`;
      return isWhole && wrapped.split(fence).length === 3 && !line(text).toLowerCase().includes(fence);
    }),
    { numRuns: 10_000 },
  );
});
