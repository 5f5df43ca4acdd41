import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { repositoryAt } from "@orch/testing";

/** Commits files on top of a branch (or of main) of a repository that is reached by this address, and pushes. */
export async function pushFiles(
  url: string,
  { branch, files }: { readonly branch: string; readonly files: Readonly<Record<string, string>> },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "orch-push-"));
  try {
    const clone = repositoryAt(folder);
    await clone.git("clone", "--quiet", url, ".");
    const isThere = (await clone.git("branch", "--remotes", "--list", `origin/${branch}`)) !== "";
    await clone.git("switch", "--quiet", "-C", branch, isThere ? `origin/${branch}` : "origin/main");
    await clone.git("config", "user.name", "Maker");
    await clone.git("config", "user.email", "maker@example.com");
    const commit = await clone.commit("change", files);
    await clone.git("push", "--quiet", "origin", branch);
    return commit;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
