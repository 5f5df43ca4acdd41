import { copyFile, statfs } from "node:fs/promises";
import { join } from "node:path";

import { planWarm, type BranchName, type CommitSha, type WarmClones, type WarmState } from "@orch/core";

import { baseCommitOf, refreshBare, type Bare } from "../bare.ts";
import { createClone } from "../clone.ts";
import { identityOf, type Context } from "../context.ts";
import { exists } from "../exists.ts";
import type { Origin } from "../origin.ts";
import { fitsAt, setUpOf } from "./fitness.ts";
import { dropWarm, makeWarmPlaces, readRecords, sweepWarm, warmIndex, warmPath, writeRecord } from "./records.ts";

/** On a disk with less room than this nothing is made in advance. */
const LEAST_ROOM = 1024 * 1024 * 1024;

type WarmRequest = Parameters<WarmClones["warm"]>[0];

interface Making {
  readonly context: Context;
  readonly request: WarmRequest;
  readonly bare: Bare;
  readonly origin: Origin;
  readonly base: BranchName;
  readonly commit: CommitSha;
}

/** Makes and removes clones until the project has as many in advance as it wants. */
export async function warmProject(context: Context, request: WarmRequest): Promise<WarmState> {
  const { project } = request;
  const { bare, origin } = await refreshBare(context, project);
  const { places } = bare;
  const base = await origin.defaultBranch();
  const commit = await baseCommitOf(bare, base);
  await makeWarmPlaces(places);
  const making: Making = { context, request, bare, origin, base, commit };
  const plan = await context.locks.run(places.warm, async () => {
    await sweepWarm(places, context.lent);
    const records = await readRecords(places);
    const fits = await Promise.all(records.map((record) => fitsAt(bare, { project, record, commit })));
    const clones = records.map(({ name }, index) => ({ name, fits: fits[index] ?? false }));
    const found = planWarm(clones, project.warm ?? 0);
    for (const name of found.drop) await dropWarm(places, name);
    return { ...found, kept: clones.length - found.drop.length };
  });
  let made = 0;
  let failed = false;
  while (made < plan.make && !failed && !request.signal.aborted && (await hasRoom(places.clones))) {
    if (await makeOne(making)) made += 1;
    else failed = true;
  }
  return { ready: plan.kept + made, made, dropped: plan.drop.length, failed };
}

/** False: its set-up failed, or was called off. */
async function makeOne(making: Making): Promise<boolean> {
  const { context, request, bare, origin, base, commit } = making;
  const { places } = bare;
  const { project } = request;
  const name = await freshName(making);
  const path = warmPath(places, name);
  context.lent.add(path);
  try {
    const identity = identityOf(project);
    const plan = { bare, path, base, baseCommit: commit, headCommit: commit, identity };
    // Whoever takes it gives it a branch of its own.
    await createClone(context, { ...plan, branch: base, objectFormat: origin.objectFormat });
    // Before anything else runs there: this index is the only one that is ever believed.
    await copyFile(join(path, ".git/index"), warmIndex(places, name));
    const setUp = setUpOf(project);
    const clone = { path, branch: base, base, baseCommit: commit, headCommit: commit, reused: false };
    const ready = setUp === "none" || (await request.setUp({ ...clone, reads: [join(bare.gitDir, "objects")] }));
    if (ready && !request.signal.aborted) await writeRecord(places, { name, commit, setUp });
    else await dropWarm(places, name);
    return ready && !request.signal.aborted;
  } catch (error) {
    await dropWarm(places, name);
    throw error;
  } finally {
    context.lent.delete(path);
  }
}

/** Names sort by age. */
async function freshName({ context, bare }: Making): Promise<string> {
  let time = context.clock.now();
  while (await exists(warmPath(bare.places, String(time)))) time += 1;
  return String(time);
}

async function hasRoom(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize >= LEAST_ROOM;
}
