import { expect, test } from "vitest";

import { compare, renewed } from "./compare.ts";
import type { Figure } from "./figure.ts";
import { parseBaseline } from "./parse-baseline.ts";
import { renderTable } from "./render-table.ts";

function figure(ratio: number, more: Partial<Figure> = {}): Figure {
  return { name: "tick", ratio, yardstick: "a loop", seen: "1 ms", ...more };
}

test("a figure is worse from one and a half times its committed ratio", () => {
  expect(compare([figure(3)], { tick: 2 })).toMatchObject([{ verdict: "fine", committed: 2 }]);
  expect(compare([figure(3.01)], { tick: 2 })).toMatchObject([{ verdict: "worse" }]);
  expect(compare([figure(9)], {})).toMatchObject([{ verdict: "new" }]);
});

test("a new baseline keeps what was not measured", () => {
  expect(renewed({ tick: 1, clone: 4 }, [figure(2.345)])).toEqual({ tick: 2.35, clone: 4 });
});

test("says what is worse and which goal is missed", () => {
  const text = renderTable(compare([figure(4, { goal: 2 })], { tick: 1 }));
  expect(text).toContain("! tick");
  expect(text).toContain("warning: tick is over 1.5 times");
  expect(text).toContain("note: tick is over its goal of 2 × a loop");
  expect(renderTable(compare([figure(1)], { tick: 1 })).split("\n")).toHaveLength(2);
});

test("a baseline holds positive numbers only", () => {
  expect(parseBaseline('{"tick": 1.5}')).toEqual({ tick: 1.5 });
  expect(() => parseBaseline('{"tick": "1 ms"}')).toThrow("tick");
  expect(() => parseBaseline("[]")).not.toThrow();
  expect(() => parseBaseline("null")).toThrow("no JSON object");
});
