import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterTest } from "./after-test.ts";

/** A fresh empty folder (real path) that is removed when the running test has finished. */
export async function tempFolder(name = "orch"): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `${name}-`)));
  afterTest(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
