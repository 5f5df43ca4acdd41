import { mkdirSync, readFileSync, rmSync } from "node:fs";

import { orchError, type Clock, type Random, type SessionSpec } from "@orch/core";

import type { Launch } from "../files/parse-launch.ts";
import type { IndexEntry } from "../files/parse-records.ts";
import type { RunFolder } from "../files/run-folder.ts";
import { sessionFiles } from "../files/session-files.ts";
import { createRecord, writeRecord } from "../files/write-record.ts";
import type { Host } from "../hosts/host.ts";
import { findProcess, isAlive } from "../processes/process-table.ts";
import { CLAIM_SETTLE_MS, readRecords } from "./probe.ts";
import type { SessionIndex } from "./session-index.ts";

const UP_MS = 60_000;
const LOOK_MS = 25;
const LOOKS_PER_HOST_CHECK = 20;
const LOG_TAIL = 2_000;

/** What starting needs. */
export interface StartContext {
  readonly supervisor: readonly string[];
  readonly run: RunFolder;
  readonly index: SessionIndex;
  readonly clock: Clock;
  readonly random: Random;
  hostFor(spec: SessionSpec): Promise<{ readonly name: "tmux" | "process"; readonly host: Host }>;
}

/**
 * Starts a session at most once, however many daemons try and wherever one of them dies: the claim file says who is
 * at it, and the supervisor that makes `state.json` first is the only one that goes on.
 */
export async function startSession(context: StartContext, spec: SessionSpec): Promise<void> {
  const files = sessionFiles(spec.folder);
  mkdirSync(spec.folder, { recursive: true, mode: 0o700 });
  const nonce = context.random.token(8);
  const claim = { nonce, at: context.clock.now(), by: findProcess(process.pid) };
  const records = readRecords(spec.folder);
  const begun = records.exit !== undefined || records.state !== undefined;
  if (!begun && (createRecord(files.claim, claim) || (await mayTakeOver(context, spec)))) {
    writeRecord(files.claim, claim);
    return launch(context, spec, nonce);
  }
  await untilUp(context, spec);
  if (context.index.find(spec.id) === undefined) context.index.put(await entryOf(context, spec, nonce));
}

/** True when whoever claimed the start is dead and its supervisor, had there been one, would have shown itself. */
async function mayTakeOver({ clock }: StartContext, { folder }: SessionSpec): Promise<boolean> {
  for (;;) {
    const { exit, state, claim } = readRecords(folder);
    if (exit !== undefined || state !== undefined) return false;
    if (claim === undefined) return true;
    if (isAlive(claim) ? clock.now() - claim.at > UP_MS : clock.now() - claim.at > CLAIM_SETTLE_MS) return true;
    await clock.sleep(LOOK_MS);
  }
}

async function launch(context: StartContext, spec: SessionSpec, nonce: string): Promise<void> {
  const { run, index, supervisor } = context;
  const files = sessionFiles(spec.folder);
  try {
    const { name, host } = await context.hostFor(spec);
    const socket = run.socketOf(spec.id);
    writeRecord(files.launch, { nonce, host: name, socket, hide: run.private, spec } satisfies Launch);
    index.put(await entryOf(context, spec, nonce));
    // What is left of a start that failed must not be in the way.
    await host.release({ id: spec.id });
    const started = await host.start({ id: spec.id, nonce, folder: spec.folder, argv: [...supervisor, spec.folder] });
    await untilUp(context, spec, () => started.isThere());
  } catch (error) {
    rmSync(files.claim, { force: true });
    index.remove(spec.id);
    throw error;
  }
}

async function entryOf(context: StartContext, spec: SessionSpec, nonce: string): Promise<IndexEntry> {
  const { id, attempt, purpose, folder } = spec;
  const { name: host } = await context.hostFor(spec);
  const known = readRecords(folder).state;
  return {
    id,
    attempt,
    purpose,
    folder,
    host: known?.host ?? host,
    nonce: known?.nonce ?? nonce,
    startedAt: context.clock.now(),
    socket: context.run.socketOf(id),
  };
}

/** Waits until the session's process runs, or has ended, or its supervisor turns out to be dead. */
async function untilUp(
  { clock }: StartContext,
  { folder }: SessionSpec,
  isThere: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<void> {
  const end = clock.monotonic() + UP_MS;
  for (let look = 1; clock.monotonic() < end; look += 1) {
    const { exit, state } = readRecords(folder);
    if (exit !== undefined || state?.child !== undefined) return;
    // A dead supervisor is a lost session: it was started, and the next look at it tells.
    if (state !== undefined && !isAlive(state)) return;
    if (state === undefined && look % LOOKS_PER_HOST_CHECK === 0 && !(await isThere())) break;
    await clock.sleep(LOOK_MS);
  }
  throw orchError("session_failed", "the session's supervisor did not come up", { details: { log: readLog(folder) } });
}

function readLog(folder: string): string {
  try {
    return readFileSync(sessionFiles(folder).supervisor, "utf8").slice(-LOG_TAIL);
  } catch {
    return "";
  }
}
