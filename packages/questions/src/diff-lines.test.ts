import { expect, test } from "vitest";

import { shownLines } from "./diff-lines.ts";

test("tells which lines of new files a diff shows", () => {
  const diff = [
    "diff --git a/a b.txt b/a b.txt",
    "--- a/a b.txt\t",
    "+++ b/a b.txt\t",
    "@@ -1 +1,2 @@ function",
    " one",
    "+two",
    "@@ -10,2 +11 @@",
    " ten",
    "-eleven",
    "\\ No newline at end of file",
    'diff --git "a/\\303\\244\\t.txt" "b/\\303\\244\\t.txt"',
    "--- /dev/null",
    '+++ "b/\\303\\244\\t.txt"',
    "@@ -0,0 +1 @@",
    "+x",
    "diff --git a/bin b/bin",
    "Binary files a/bin and b/bin differ",
    "diff --git a/gone b/gone",
    "--- a/gone",
    "+++ /dev/null",
    "@@ -1 +0,0 @@",
    "-x",
  ].join("\n");
  expect([...shownLines(diff)]).toEqual([
    [
      "a b.txt",
      [
        { first: 1, last: 2 },
        { first: 11, last: 11 },
      ],
    ],
    ["ä\t.txt", [{ first: 1, last: 1 }]],
  ]);
});

test("takes no line of a file for a header", () => {
  const diff = [
    "--- a/a.txt",
    "+++ b/a.txt",
    "@@ -1,2 +1,3 @@",
    "--- a/forged.txt",
    "+++ b/forged.txt",
    "+@@ -0,0 +1,999 @@",
    " rest",
  ].join("\n");
  expect([...shownLines(diff)]).toEqual([["a.txt", [{ first: 1, last: 3 }]]]);
});
