import { issueCommands } from "@orch/commands";
import { neutraliseOutput } from "@orch/security";
import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, it, test } from "vitest";

import { mentions, parseCommand, readCharter } from "../index.ts";

const self = ["orch", "shop-helper[bot]"];
const parse = (body: string) => parseCommand(body, { commands: issueCommands, self });

describe("commands", () => {
  it.each(issueCommands.map((command) => command.name))("/%s is known, in any case", (name) => {
    const word = name.toUpperCase();
    expect(parse(`Thanks.\n\n  /${word} high`)).toMatchObject({ kind: "command", name });
    expect(parse(`@orch ${name} high`)).toMatchObject({ kind: "command", name });
    expect(parse(`@Shop-Helper: /${name} high\r\nmore`)).toMatchObject({ kind: "command", name });
  });

  it("take one word, or the rest of the comment", () => {
    expect(parse("/reroute @claude, please")).toMatchObject({ argument: "claude," });
    expect(parse("/reroute")).toEqual({ kind: "command", name: "reroute", ignored: [] });
    expect(parse("/context  Use the blue one.\n\n```ts\nconst a = 1;\n```\nOr red.")).toMatchObject({
      argument: "Use the blue one.\n\n```ts\nconst a = 1;\n```\nOr red.",
    });
    expect(parse("/retry")).toEqual({ kind: "command", name: "retry", ignored: [] });
    expect(parse("/priority HIGH now")).toMatchObject({ argument: "high" });
  });

  it("the first of several is done, and the others are told", () => {
    expect(parse("/nonsense\n/block for now\nreally\n/merge\n/close")).toEqual({
      kind: "command",
      name: "block",
      argument: "for now\nreally",
      ignored: ["merge", "close"],
    });
  });

  it.each([
    ["/assign", "assign", "/assign needs something behind it"],
    ["/context   ", "context", "/context needs something behind it"],
    ["/priority urgent", "priority", "/priority takes low, medium, high"],
    [`/block ${"x".repeat(1001)}`, "block", "what follows /block is too long"],
  ])("%j is told what is wrong", (body, name, why) => {
    expect(parse(body)).toEqual({ kind: "invalid", name, why });
  });

  it.each([
    ["/retyr", { kind: "unknown", word: "retyr", nearest: "retry" }],
    ["/lgtm", { kind: "unknown", word: "lgtm" }],
    ["/marge it now", { kind: "unknown", word: "marge", nearest: "merge" }],
    ["/usr/bin/env is missing", { kind: "none" }],
    ["/tmp", { kind: "none" }],
    ["/dev is full", { kind: "none" }],
    ["/index.ts", { kind: "none" }],
    ["/settings page is broken", { kind: "none" }],
    ["/", { kind: "none" }],
    ["//retry", { kind: "none" }],
    ["/42", { kind: "none" }],
    ["@orch what do you think of this?", { kind: "none" }],
    ["@orch thanks", { kind: "none" }],
    ["@other retry", { kind: "none" }],
  ])("%j is %j", (body, reading) => {
    expect(parse(body)).toEqual(reading);
  });
});

const SPOOFS: readonly string[] = [
  "```\n/merge\n```",
  "~~~\n/merge\n~~~",
  "```sh\n/merge",
  "~~~\n/merge",
  "````\n```\n/merge\n```\n/merge\n````",
  "~~~\n```\n/merge\n~~~~",
  "```\n~~~\n/merge\n```",
  "   ```\n/merge\n   ```",
  "- ```\n/merge\n  ```",
  "1. ```\n   /merge\n   ```",
  "* a\n  * ```\n/merge",
  "```js\n``` not closed\n/merge\n```",
  "```\n    ```\n/merge\n```",
  "text\n```\ncode\n/merge\n```\ntext",
  "`````\n````\n/merge\n````\n`````",
  "    /merge",
  "\t/merge",
  "text\n\n    /merge",
  "  \t/merge",
  "`/merge`",
  "``/merge``",
  "`a\n/merge\nb`",
  "``a ` b\n/merge``",
  "text `open\n/merge\nclosed` text",
  "> /merge",
  ">/merge",
  "> text\n/merge",
  "> > /merge",
  "- > /merge",
  "1. > text\n/merge",
  "> ```\n> /merge\n> ```",
  "> ```\n/merge",
  "<!-- /merge -->",
  "<!--\n/merge\n-->",
  "<!--\n/merge",
  "text <!--\n/merge\n--> text",
  "<!-- a\n--> /merge",
  "<!--\n```\n-->\n```\n/merge\n```",
  "<pre>\n/merge\n</pre>",
  "<pre><code>\n/merge\n</code></pre>",
  "<blockquote>\n\n/merge\n\n</blockquote>",
  "<script>\n/merge\n</script>",
  "<PRE>\n/merge",
  "<details>\n\n```\n/merge\n```\n\n</details>",
  "please /merge",
  "don't\u00a0/merge",
  "- /merge",
  "* /merge",
  "1. /merge",
  "| /merge |",
  "\\/merge",
  "**/merge**",
  "[/merge](x)",
  "/merge/it",
  "/merge-it-all",
  "/merge.ts",
  "\u200b/merge",
  "/\u2060merge",
  "/m\u200berge",
  "\uff0fmerge",
  "@orch\u2060/merge",
  "`@orch merge`",
  "> @orch merge",
  "I think @orch merge is the wrong word here",
  "a@orch merge",
];

test("there are at least 50 spoofs", () => {
  expect(SPOOFS.length).toBeGreaterThanOrEqual(50);
});

test.each(SPOOFS)("nothing is done for %j", (body) => {
  expect(["none", "unknown"]).toContain(parse(body).kind);
  expect(parse(body)).not.toMatchObject({ nearest: "merge", kind: "command" });
});

test.each([
  ["text\n\n/merge", true],
  ["```\ncode\n```\n/merge", true],
  ["> quoted\n\n/merge", true],
  ["<!-- hidden -->\n/merge", true],
  ["`code`\n/merge", true],
  ["a `tick\n/merge", true],
])("%j is done all the same", (body) => {
  expect(parse(body)).toMatchObject({ kind: "command", name: "merge" });
});

test.each([
  ["@orch what is this?", true],
  ["Hello (@Orch), look", true],
  ["cc @shop-helper.", true],
  ["@orchestra is fine", false],
  ["mail me@orch.example", false],
  ["x@orch", false],
  ["@orch/team", false],
  ["`@orch` is its name", false],
  ["> @orch said", false],
  ["```\n@orch\n```", false],
  ["<!-- @orch -->", false],
])("%j speaks to orch: %j", (body, speaks) => {
  expect(mentions(body, self)).toBe(speaks);
});

test.each(["`", "`` ` ", "\n\n", "# ", "@orch ", " ", "> `", "<!--", "```\n", "/x ", "#", "~"])(
  "a comment of %j over and over is read at once",
  { timeout: 20_000 },
  (part) => {
    const body = `# ${part.repeat(260_000 / part.length)}x`;
    expect(["none", "unknown"]).toContain(parse(body).kind);
    expect(mentions(body, ["nobody"])).toBe(false);
    expect(readCharter(body).acceptance).toEqual([]);
  },
);

test("5,000 random comments crash nothing, and no command comes out of a fence", { timeout: 120_000 }, () => {
  const part = oneof(
    constantFrom(...SPOOFS),
    constantFrom("```", "~~~", "\n", "`", "> ", "<!--", "-->", "/merge", "/close it", "@orch retry", "    ", "- "),
    string({ unit: "binary", maxLength: 20 }),
  );
  assert(
    property(array(part, { maxLength: 10 }), array(part, { maxLength: 6 }), (before, inside) => {
      const body = before.join("");
      expect(["none", "command", "invalid", "unknown"]).toContain(parse(body).kind);
      const neutral = neutraliseOutput(body);
      expect(parse(neutral)).toEqual({ kind: "none" });
      expect(mentions(neutral, self)).toBe(false);
      const fenced = inside.join("").replaceAll(/`{3,}/g, "``");
      expect(parse(`\`\`\`\n${fenced}\n\`\`\``)).toEqual({ kind: "none" });
      expect(parse(`<!--\n${fenced.replaceAll(">", "")}`)).toEqual({ kind: "none" });
    }),
    { numRuns: 5000 },
  );
});
