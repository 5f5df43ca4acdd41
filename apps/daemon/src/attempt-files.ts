import { mkdir, realpath, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { attemptFolder, taskFolder } from "@orch/config";
import type { AttemptRef, Json } from "@orch/core";
import type { AttemptFiles } from "@orch/runner";
import { readRegularFile, readRegularTail, replaceFile, sweepFiles } from "@orch/security";

/** A login is small. */
const SWEPT_BYTES = 64 * 1024;
const SWEPT_ENTRIES = 100_000;
const ABSENT: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

/** The attempt folders below a home. What agents may have touched is read, written and removed without following links. */
export function createAttemptFiles(home: string): AttemptFiles {
  async function folder(ref: AttemptRef): Promise<string> {
    const path = attemptFolder(home, ref);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  }
  return {
    folder,
    async write(ref, { name, text }) {
      const path = join(await folder(ref), name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await replaceFile(path, text, { soleWriter: true });
      return path;
    },
    async read(ref, { name, maxBytes }) {
      const read = await readRegularFile(await folder(ref), name, maxBytes);
      return read.ok ? read.value.toString("utf8") : undefined;
    },
    async tail(ref, { name, bytes }) {
      const read = await readRegularTail(await folder(ref), name, bytes);
      return read.ok ? read.value.toString("utf8") : undefined;
    },
    async writeForTask(ref, { name, text }) {
      const path = taskFolder(home, ref);
      await mkdir(path, { recursive: true, mode: 0o700 });
      await replaceFile(join(path, name), text, { soleWriter: true });
    },
    sweep: async (ref, { folder: relative, names, ...what }) =>
      sweepFiles({
        from: { root: await folder(ref), relative },
        names: new Set(names),
        maxBytes: SWEPT_BYTES,
        maxEntries: SWEPT_ENTRIES,
        ...what,
      }),
    async remove(ref, name) {
      const path = join(await folder(ref), name);
      const real = await realFolder(dirname(path));
      // A folder that was replaced by a link leads to somebody else's file.
      if (real !== join(await realpath(await folder(ref)), dirname(name))) return;
      await rm(join(real, basename(name)), { recursive: true, force: true });
    },
  };
}

/** Undefined when there is no such folder, or something else in its place. */
async function realFolder(path: string): Promise<string | undefined> {
  try {
    return await realpath(`${path}/.`);
  } catch (error) {
    if (error instanceof Error && "code" in error && ABSENT.has(error.code)) return undefined;
    throw error;
  }
}

const DIGEST_BYTES = 16 * 1024 * 1024;

/** What an attempt came to, as its folder keeps it; undefined when there is nothing yet. */
export async function readDigest(files: Pick<AttemptFiles, "read">, ref: AttemptRef): Promise<Json | undefined> {
  const text = await files.read(ref, { name: "digest.json", maxBytes: DIGEST_BYTES });
  // JSON.parse yields nothing but Json.
  return text === undefined ? undefined : (JSON.parse(text) as Json);
}
