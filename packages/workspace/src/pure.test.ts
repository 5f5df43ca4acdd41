import { parseBranchName, parseProjectId, unwrap } from "@orch/core";
import { array, assert, constantFrom, property, string } from "fast-check";
import { describe, expect, it } from "vitest";

import { matchesGlob } from "./glob.ts";
import { staysInside } from "./inspect.ts";
import { createKeyedLock } from "./keyed-lock.ts";
import { pathKey, placesOf, refsOf } from "./layout.ts";
import { addedLines } from "./patch.ts";

describe("matchesGlob", () => {
  it.each([
    [".github/workflows/ci.yml", ".github/**", true],
    [".github/workflows/ci.yml", ".github", true],
    [".GitHub/workflows/ci.yml", ".github/", true],
    ["src/.github/x", "/.github", false],
    ["a/b/package-lock.json", "package-lock.json", true],
    ["a/b/yarn.lock", "*.lock", true],
    ["a/b/yarn.lock", "/*.lock", false],
    ["yarn.lock", "/*.lock", true],
    ["a/x/y/b.ts", "a/**/b.ts", true],
    ["a/b.ts", "a/**/b.ts", true],
    ["a/b.ts", "a/?.ts", true],
    ["a/bb.ts", "a/?.ts", false],
    ["ab/c", "a*/c", true],
    ["a/b/c", "a*/c", false],
    ["a[1].ts", "a[1].ts", true],
    ["anything", "", false],
    ["anything/at/all", "**", true],
  ])("%s by %s: %s", (path, pattern, expected) => {
    expect(matchesGlob(path, pattern)).toBe(expected);
  });

  it("agrees with a plain definition, and ends quickly", () => {
    const part = array(constantFrom("a", "b", "*", "**"), { minLength: 1, maxLength: 6 });
    assert(
      property(array(constantFrom("a", "b"), { minLength: 1, maxLength: 6 }), part, (path, pattern) => {
        expect(matchesGlob(path.join("/"), `/${pattern.join("/")}`)).toBe(plain(path, [...pattern, "**"]));
      }),
      { numRuns: 3000 },
    );
    expect(matchesGlob("a".repeat(4000), `${"a*".repeat(500)}b`)).toBe(false);
    expect(matchesGlob("a/".repeat(1000), `${"**/a/".repeat(200)}b`)).toBe(false);
  });
});

function plain(path: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === "**") return plain(path, rest) || (path.length > 0 && plain(path.slice(1), pattern));
  return path.length > 0 && (first === "*" || first === path[0]) && plain(path.slice(1), rest);
}

describe("staysInside", () => {
  it.each([
    ["l", "a", true],
    ["d/l", "../a", true],
    ["d/l", "../../a", false],
    ["d/l", "x/../../a", false],
    ["l", "..", false],
    ["d/l", "..", true],
    ["l", "/a", false],
    ["l", "", false],
    ["d/l", "../.GIT/hooks", false],
    ["l", "a\\b", false],
  ])("%s -> %s: %s", (path, target, expected) => {
    expect(staysInside(path, target)).toBe(expected);
  });
});

describe("layout", () => {
  it("gives every name a safe component of its own", () => {
    const seen = new Map<string, string>();
    assert(
      property(string({ unit: "binary", maxLength: 300 }), (name) => {
        const key = pathKey(name);
        expect(key).toMatch(/^[a-z0-9][a-z0-9._-]{0,99}$/);
        expect(key).not.toMatch(/\.\.$|\.$/);
        expect(seen.get(key) ?? name).toBe(name);
        seen.set(key, name);
      }),
      { numRuns: 10_000 },
    );
    expect(pathKey("gh-task-1-x")).toBe("gh-task-1-x");
    expect(pathKey(pathKey("a/b"))).not.toBe(pathKey("a/b"));
  });

  it("keeps odd project names below the home", () => {
    const places = placesOf("/home-of-orch", unwrap(parseProjectId("local/a-0123456789abcdef")));
    for (const path of Object.values(places).flat())
      expect(path).toMatch(/^\/home-of-orch\/[a-z]+\/local\/a-0123456789abcdef-[0-9a-f]{16}/);
    expect(refsOf(unwrap(parseBranchName("a/b"))).task).toMatch(/^refs\/orch\/tasks\/a-b-[0-9a-f]{16}$/);
  });
});

describe("addedLines", () => {
  it("counts lines by the hunks, so that content can't pose as a header", () => {
    const patch = [
      "diff --git a/x b/x",
      "--- a/x",
      "+++ b/x",
      "@@ -1,2 +1,3 @@ context",
      "--- a/fake",
      "-b",
      "+++ b/fake",
      "+@@ -9 +9 @@",
      "+z",
      "\\ No newline at end of file",
      "diff --git a/y b/y",
      "--- /dev/null",
      '+++ "b/y"',
      "@@ -0,0 +1 @@",
      "+last",
    ].join("\n");
    expect([...addedLines(patch)]).toEqual([
      ["x", "++ b/fake\n@@ -9 +9 @@\nz"],
      ["y", "last"],
    ]);
  });
});

describe("keyed lock", () => {
  it("runs one after the other per key, also after a failure", async () => {
    const lock = createKeyedLock();
    const seen: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      seen.push(`${name}+`);
      await Promise.resolve();
      seen.push(`${name}-`);
      if (name === "b") return Promise.reject(new RangeError("b"));
      return name;
    };
    const results = await Promise.allSettled(["a", "b", "c"].map((name) => lock.run("key", work(name))));
    expect(seen).toEqual(["a+", "a-", "b+", "b-", "c+", "c-"]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});
