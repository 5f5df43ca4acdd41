import { execFile } from "node:child_process";
import { link, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { isOrchError } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { describe, expect, it } from "vitest";

import { containedPath, isInside, readRegularFile, readRegularTail } from "./index.ts";

async function folders(): Promise<{ readonly root: string; readonly outside: string }> {
  const top = await tempFolder();
  const [root, outside] = [join(top, "root"), join(top, "outside")];
  await mkdir(join(root, "d"), { recursive: true });
  await mkdir(outside);
  await writeFile(join(outside, "secret"), "secret");
  await writeFile(join(root, "d/fine.txt"), "fine");
  return { root, outside };
}

async function refused(path: Promise<string>): Promise<boolean> {
  return path.then(
    () => false,
    (error: unknown) => isOrchError(error, "path_escape"),
  );
}

describe("containedPath", () => {
  it("gives real paths inside, also of what does not exist yet", async () => {
    const { root } = await folders();
    await symlink("d", join(root, "alias"));
    expect(await containedPath(root, "d/fine.txt")).toBe(join(root, "d/fine.txt"));
    expect(await containedPath(root, "alias/fine.txt")).toBe(join(root, "d/fine.txt"));
    expect(await containedPath(root, "new/deep/file")).toBe(join(root, "new/deep/file"));
    expect(await containedPath(root, ".")).toBe(root);
  });

  it("refuses every way out", async () => {
    const { root, outside } = await folders();
    await symlink(outside, join(root, "out"));
    await symlink("../outside/new", join(root, "dangling"));
    for (const path of ["..", "../root2", "d/../../outside", "/etc", "out/secret", "out/new", "dangling", "a\0b"]) {
      expect([path, await refused(containedPath(root, path))]).toEqual([path, true]);
    }
    expect([isInside("/a", "/a/b"), isInside("/a", "/ab"), isInside("/a", "/a/..b"), isInside("/a", "/")]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

describe("readRegularFile", () => {
  it("reads regular files up to the cap", async () => {
    const { root } = await folders();
    const read = await readRegularFile(root, "d/fine.txt", 4);
    expect(read.ok && read.value.toString()).toBe("fine");
    expect(await readRegularFile(root, "d/fine.txt", 3)).toEqual({ ok: false, error: "too_large" });
  });

  it("reads the end of a file of any length", async () => {
    const { root } = await folders();
    for (const [bytes, end] of [
      [2, "ne"],
      [100, "fine"],
    ] as const) {
      const read = await readRegularTail(root, "d/fine.txt", bytes);
      expect(read.ok && read.value.toString()).toBe(end);
    }
  });

  it("follows nothing and opens nothing odd", async () => {
    const { root, outside } = await folders();
    await symlink(join(outside, "secret"), join(root, "absolute"));
    await symlink("../outside/secret", join(root, "relative"));
    await symlink("relative", join(root, "chain"));
    await symlink(outside, join(root, "folder"));
    await symlink("fine.txt", join(root, "d/inner"));
    await promisify(execFile)("mkfifo", [join(root, "pipe")]);
    const cases = {
      absolute: "unsafe_path",
      relative: "unsafe_path",
      chain: "unsafe_path",
      "folder/secret": "unsafe_path",
      "d/inner": "unsafe_path",
      "../outside/secret": "unsafe_path",
      "/etc/hostname": "unsafe_path",
      "d//fine.txt": "unsafe_path",
      "": "unsafe_path",
      "nul\0": "unsafe_path",
      d: "not_regular",
      pipe: "not_regular",
      missing: "absent",
      "d/fine.txt/below": "unsafe_path",
    };
    for (const [path, error] of Object.entries(cases)) {
      expect([path, await readRegularFile(root, path, 100)]).toEqual([path, { ok: false, error }]);
      expect([path, await readRegularTail(root, path, 100)]).toEqual([path, { ok: false, error }]);
    }
  });

  it("reads nothing outside while names are swapped under it", { timeout: 60_000 }, async () => {
    const { root, outside } = await folders();
    await mkdir(join(root, "real"));
    await writeFile(join(root, "real/secret"), "inside");
    await link(join(root, "real/secret"), join(root, "kept"));
    await symlink(outside, join(root, "evil"));
    const swapping = new AbortController();
    const swapper = (async (): Promise<void> => {
      while (!swapping.signal.aborted) {
        await rename(join(root, "real"), join(root, "aside"));
        await rename(join(root, "evil"), join(root, "real"));
        await rename(join(root, "real"), join(root, "evil"));
        await rename(join(root, "aside"), join(root, "real"));
      }
    })();
    const seen = new Set<string>();
    for (let round = 0; round < 10_000; round += 1) {
      const read = await readRegularFile(root, "real/secret", 100);
      seen.add(read.ok ? read.value.toString() : read.error);
    }
    swapping.abort();
    await swapper;
    expect(seen.has("secret")).toBe(false);
    expect(seen.has("inside")).toBe(true);
    await rm(root, { recursive: true });
  });
});
