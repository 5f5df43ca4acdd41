import { expect, test } from "vitest";

import { ownPart, renewedText, sealed } from "../src/pull/kept-text.ts";

const written = (round: string): string =>
  sealed(`### What it does\n\nIt mends ${round}.\n\n${ownPart(`proof ${round}`)}`);

test("a text that nobody touched becomes the newer one, whatever a forge does to its blanks", () => {
  expect(renewedText(written("one"), written("two"))).toBe(written("two"));
  expect(renewedText(`${written("one").replaceAll("\n", "\r\n")}\r\n`, written("two"))).toBe(written("two"));
});

test("what people changed stays, and orch's own part in it is brought up to date where it is", () => {
  const edited = written("one").replace("It mends one.", "My own words.").concat("\n\nAnd more at the end.");
  const renewed = renewedText(edited, written("two"));
  expect(renewed).toBe(edited.replace("proof one", "proof two"));
  expect(renewedText(renewed, written("three"))).toBe(edited.replace("proof one", "proof three"));
});

test("an own part that people took out stays out, and one that they changed is orch's again", () => {
  const without = written("one").replace(ownPart("proof one"), "Gone.");
  expect(renewedText(without, written("two"))).toBe(without);
  expect(renewedText(written("one").replace("proof one", "forged"), written("two"))).toBe(
    written("one").replace("proof one", "proof two"),
  );
});

test("a text that orch never wrote keeps every word, and gets orch's part at its end", () => {
  const theirs = "Words of an earlier orch.\n\nCloses #3";
  const renewed = renewedText(theirs, written("two"));
  expect(renewed).toBe(`${theirs}\n\n${ownPart("proof two")}`);
  expect(renewedText(renewed, written("three"))).toBe(`${theirs}\n\n${ownPart("proof three")}`);
  expect(renewedText("", written("two"))).toBe(ownPart("proof two"));
});
