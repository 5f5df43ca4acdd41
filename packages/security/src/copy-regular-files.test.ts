import { execFile } from "node:child_process";
import { mkdir, readFile, readdir, rename, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { tempFolder } from "@orch/testing";
import { beforeEach, describe, expect, it } from "vitest";

import { copyRegularFiles, type CopyRequest } from "./index.ts";

const place = { root: "", person: "", to: "" };

beforeEach(async () => {
  const top = await tempFolder();
  Object.assign(place, { root: join(top, "agent"), person: join(top, "person"), to: join(top, "copy") });
  await mkdir(join(place.root, "home/talk/deep"), { recursive: true });
  await mkdir(place.person);
  await writeFile(join(place.person, "key"), "private");
  await writeFile(join(place.root, "home/talk/a.jsonl"), "one");
  await writeFile(join(place.root, "home/talk/deep/run.sh"), "two", { mode: 0o755 });
});

function copy(change: Partial<CopyRequest> = {}): ReturnType<typeof copyRegularFiles> {
  const from = { root: place.root, relative: "home/talk" };
  return copyRegularFiles({ from, to: place.to, maxBytes: 100, maxEntries: 10, ...change });
}

/** The paths that were copied, in order; of a refusal what it says. */
async function copied(change: Partial<CopyRequest> = {}): Promise<readonly string[] | string> {
  const result = await copy(change);
  return result.ok ? result.value.toSorted() : result.error;
}

describe("copyRegularFiles", () => {
  it("copies files and folders for their owner alone, in place of what was there", async () => {
    await mkdir(place.to);
    await writeFile(join(place.to, "old"), "old");
    expect(await copied()).toEqual(["a.jsonl", "deep/run.sh"]);
    expect((await readdir(place.to, { recursive: true })).toSorted()).toEqual(["a.jsonl", "deep", "deep/run.sh"]);
    expect(await readFile(join(place.to, "deep/run.sh"), "utf8")).toBe("two");
    expect((await stat(join(place.to, "a.jsonl"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(place.to, "deep/run.sh"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(place.to, "deep"))).mode & 0o777).toBe(0o700);
  });

  it("takes what it is told to keep", async () => {
    expect(await copied({ keep: ({ path }) => path !== "deep" })).toEqual(["a.jsonl"]);
    expect(await copied({ keep: ({ kind }) => kind === "folder" })).toEqual([]);
  });

  it("leaves out links and pipes", async () => {
    const talk = join(place.root, "home/talk");
    await symlink(join(place.person, "key"), join(talk, "absolute"));
    await symlink("../../../person/key", join(talk, "relative"));
    await symlink("a.jsonl", join(talk, "inside"));
    await symlink(place.person, join(talk, "folder"));
    await promisify(execFile)("mkfifo", [join(talk, "pipe")]);
    expect(await copied()).toEqual(["a.jsonl", "deep/run.sh"]);
    expect((await readdir(place.to)).toSorted()).toEqual(["a.jsonl", "deep"]);
  });

  it.each(["home", "home/talk"])("reads nothing where %s is a link, wherever it leads", async (relative) => {
    await rename(join(place.root, relative), join(place.root, "aside"));
    for (const target of [place.person, join(place.root, "aside")]) {
      await symlink(target, join(place.root, relative));
      await mkdir(join(place.person, "talk"), { recursive: true });
      expect(await copied()).toBe("unsafe_path");
      await expect(stat(place.to)).rejects.toMatchObject({ code: "ENOENT" });
      await rename(join(place.root, relative), join(place.root, "used"));
    }
  });

  it("refuses what is absent, a file or no plain path", async () => {
    const relatives = { "home/none": "absent", "home/talk/a.jsonl": "unsafe_path", "../person": "unsafe_path" };
    for (const [relative, error] of Object.entries(relatives)) {
      expect([relative, await copied({ from: { root: place.root, relative } })]).toEqual([relative, error]);
    }
  });

  it("leaves no copy of what is over a bound", async () => {
    expect(await copied({ maxBytes: 6, maxEntries: 3 })).toEqual(["a.jsonl", "deep/run.sh"]);
    expect(await copied({ maxBytes: 5 })).toBe("too_large");
    expect(await readdir(join(place.to, ".."))).not.toContain("copy");
    expect(await copied({ maxEntries: 2 })).toBe("too_large");
    await truncate(join(place.root, "home/talk/a.jsonl"), 2 ** 40);
    expect(await copied()).toBe("too_large");
    await truncate(join(place.root, "home/talk/a.jsonl"), 1);
    await mkdir(join(place.root, "home/talk", ...Array.from({ length: 70 }, () => "d")), { recursive: true });
    expect(await copied({ maxEntries: 1000 })).toBe("too_large");
  });

  it("copies nothing of somebody else's while names are swapped under it", { timeout: 60_000 }, async () => {
    const home = join(place.root, "home");
    await mkdir(join(place.person, "talk"));
    await writeFile(join(place.person, "talk/a.jsonl"), "private");
    await symlink(place.person, join(place.root, "evil"));
    const swapping = new AbortController();
    const swapper = (async (): Promise<void> => {
      while (!swapping.signal.aborted) {
        await rename(home, join(place.root, "aside"));
        await rename(join(place.root, "evil"), home);
        await rename(home, join(place.root, "evil"));
        await rename(join(place.root, "aside"), home);
      }
    })();
    const seen = new Set<string>();
    for (let round = 0; round < 1000; round += 1) {
      const result = await copy();
      seen.add(result.ok ? await readFile(join(place.to, "a.jsonl"), "utf8") : result.error);
    }
    swapping.abort();
    await swapper;
    expect(seen.has("private")).toBe(false);
    expect(seen.has("one")).toBe(true);
  });
});
