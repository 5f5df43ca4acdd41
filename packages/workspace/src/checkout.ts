import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";

import { orchError, type Checkout, type CheckoutRequest, type CommitSha } from "@orch/core";

import { openBare } from "./bare.ts";
import { makeClone, removeTree } from "./clone.ts";
import { findPlaces, identityOf, type Context } from "./context.ts";
import { pathKey } from "./layout.ts";

const SHA256_DIGITS = 64;

/** Makes a folder of exactly one commit. @throws `git_failed` when the daemon's repository does not have it. */
export async function checkoutCommit(
  context: Context,
  request: CheckoutRequest & { readonly commit: CommitSha },
): Promise<Checkout> {
  const { project, commit, name } = request;
  const bare = await openBare(context, project);
  const { checkouts } = bare.places;
  if ((await bare.commitOf(commit)) === undefined) {
    throw orchError("git_failed", "the commit is not in the daemon's repository", { details: { commit } });
  }
  const path = join(checkouts, pathKey(name));
  return context.locks.run(checkouts, async () => {
    await mkdir(checkouts, { recursive: true, mode: 0o700 });
    context.lent.delete(path);
    await dropLeftOvers(context, checkouts);
    const objectFormat = commit.length === SHA256_DIGITS ? "sha256" : "sha1";
    await makeClone(context, { bare, path, head: commit, refs: [], identity: identityOf(project), objectFormat });
    context.lent.add(path);
    return { path, commit, reads: [join(bare.gitDir, "objects")] };
  });
}

/** Removes such a folder; harmless when it is gone. */
export async function discardCheckout(context: Context, { project, name }: CheckoutRequest): Promise<void> {
  const { checkouts } = await findPlaces(context, project);
  const path = join(checkouts, pathKey(name));
  await context.locks.run(checkouts, async () => {
    await removeTree(path);
    context.lent.delete(path);
  });
}

/** One process works with a home: what it did not hand out itself, a dead one left. */
async function dropLeftOvers({ lent }: Context, checkouts: string): Promise<void> {
  for (const name of await readdir(checkouts)) {
    const path = join(checkouts, name);
    if (!lent.has(path)) await removeTree(path);
  }
}
