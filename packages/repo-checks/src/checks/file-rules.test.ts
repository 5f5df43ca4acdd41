import { expect, test } from "vitest";

import { plant } from "../planted.ts";
import { checkDocumentedExports } from "./documented-exports.ts";
import { checkFileNames } from "./file-names.ts";
import { checkIndexShape } from "./index-shape.ts";
import { checkLinks } from "./links.ts";
import { checkSizes } from "./sizes.ts";
import { checkTestManners } from "./test-manners.ts";

function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => `export const v${index} = ${index};`).join("\n");
}

test.each([
  ['export * from "./a.ts";', /export \*/],
  ["export const a = 1;", /declares/],
  ['import { a } from "./a.ts";\nexport { a };', /more than exports/],
  ["export default 1;", /default/],
  ['export { a } from "./a.ts";\n'.repeat(61), /61 lines/],
])("an index may not be: %s", (text, message) => {
  const found = checkIndexShape(plant({ store: { files: { "src/index.ts": text } } }));
  expect(found[0]?.message).toMatch(message);
});

test("an index of named exports passes", () => {
  const text = 'export { a } from "./a.ts";\nexport type { B } from "./b.ts";';
  expect(checkIndexShape(plant({ store: { files: { "src/index.ts": text } } }))).toEqual([]);
});

test.each(["src/utils.ts", "src/helpers/read.ts", "src/common.test.ts"])("%s is refused", (path) => {
  expect(checkFileNames(plant({ store: { files: { [path]: "" } } }))).toHaveLength(1);
});

test("a file over its limit is refused, comments do not count", () => {
  const long = plant({ testing: { files: { "src/a.ts": lines(401) } } });
  expect(checkSizes(long)[0]?.message).toMatch(/401 lines, limit 400/);
  const commented = plant({ testing: { files: { "src/a.ts": `${"// why\n".repeat(99)}${lines(400)}` } } });
  expect(checkSizes(commented)).toEqual([]);
});

test("a member over its limit is refused", () => {
  const files = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`src/part-${index}.ts`, lines(200)]));
  expect(checkSizes(plant({ router: { files } }))[0]?.message).toMatch(/1400 lines of code/);
});

test("too much code in long files is refused", () => {
  const files = { "src/long.ts": lines(300), "src/short.ts": lines(100) };
  expect(checkSizes(plant({ store: { files } }))[0]?.message).toMatch(/75 %/);
});

test("a member with too few documented exports is refused", () => {
  const text = "/** First. */\nexport const a = 1;\nexport const b = 2;\nexport const c = 3;";
  const found = checkDocumentedExports(plant({ store: { files: { "src/a.ts": text } } }));
  expect(found[0]?.message).toMatch(/33 % of exports.*const b/);
});

test("core needs more documented exports than others", () => {
  const files = { "src/a.ts": "/** First. */\nexport const a = 1;\nexport const b = 2;" };
  expect(checkDocumentedExports(plant({ core: { files } }))).toHaveLength(1);
  expect(checkDocumentedExports(plant({ store: { files } }))).toEqual([]);
});

test.each([
  ['test.skip("x", run);', /leaves tests out/],
  ['describe.only("x", run);', /leaves tests out/],
  ['test.todo("x");', /leaves tests out/],
  ["setTimeout(resolve, 50);", /wait for a condition/],
  ['import { setTimeout as wait } from "node:timers/promises";', /timers/],
  ['vi.mock("@orch/core");', /our own package/],
])("a test may not contain %s", (text, message) => {
  const found = checkTestManners(plant({ store: { files: { "src/a.test.ts": text } } }));
  expect(found[0]?.message).toMatch(message);
});

test("a conditional skip with its reason is allowed", () => {
  const files = { "src/a.test.ts": 'test.skipIf(!hasTmux)("needs tmux", run);' };
  expect(checkTestManners(plant({ store: { files } }))).toEqual([]);
});

test("broken links and anchors are refused, others are not", () => {
  const documents = {
    "README.md": "[a](docs/a.md) [b](docs/b.md) [c](docs/a.md#no) [d](docs/a.md#two-words) [e](https://x)",
    "docs/a.md": "## Two words\n\n`[code](nowhere.md)` [up](../README.md) [self](#two-words)",
  };
  expect(checkLinks(plant({}, documents)).map(({ message }) => message)).toEqual([
    "broken link docs/b.md",
    "no heading for docs/a.md#no",
  ]);
});
