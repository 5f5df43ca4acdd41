import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";

import { orchError, type Clock, type Random, type SessionSpec } from "@orch/core";
import type { RedactionKnowledge } from "@orch/security";

import type { Launch } from "../files/parse-launch.ts";
import type { IndexEntry } from "../files/parse-records.ts";
import type { RunFolder } from "../files/run-folder.ts";
import { leaveSecrets } from "../files/secrets-file.ts";
import { sessionFiles } from "../files/session-files.ts";
import { createRecord, dropDrafts, writeRecord } from "../files/write-record.ts";
import type { Host } from "../hosts/host.ts";
import { findProcess, isAlive } from "../processes/process-table.ts";
import { readRecords } from "./probe.ts";
import type { SessionIndex } from "./session-index.ts";

/** How long a session may take to start. */
export const UP_MS = 60_000;
const LOOK_MS = 10;
const LOOKS_PER_HOST_CHECK = 50;
const LOG_TAIL = 2_000;
/** How often a supervisor is started that is gone again before it has shown itself. */
const STARTS = 3;

/** What starting needs. */
export interface StartContext {
  readonly supervisor: readonly string[];
  readonly run: RunFolder;
  readonly index: SessionIndex;
  readonly clock: Clock;
  readonly random: Random;
  /** What supervisors have to hide in what they show and write. */
  readonly redaction: () => RedactionKnowledge;
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

/**
 * True when whoever claimed the start is dead, or stuck. Its supervisor may still be on its way: then two of them come,
 * and the one that is first to make `state.json` goes on.
 */
async function mayTakeOver({ clock }: StartContext, { folder }: SessionSpec): Promise<boolean> {
  for (;;) {
    const { exit, state, claim } = readRecords(folder);
    if (exit !== undefined || state !== undefined) return false;
    if (claim === undefined) return true;
    if (!isAlive(claim) || clock.now() - claim.at > UP_MS) return true;
    await clock.sleep(LOOK_MS);
  }
}

async function launch(context: StartContext, spec: SessionSpec, nonce: string): Promise<void> {
  const { run, index, supervisor } = context;
  const files = sessionFiles(spec.folder);
  const { name, host } = await context.hostFor(spec);
  try {
    const socket = run.socketOf(spec.id);
    const { secrets = [], logins = [], ...open } = spec;
    leaveSecrets(files.secrets, { secrets, logins, redaction: context.redaction() });
    writeRecord(files.launch, { nonce, host: name, socket, hide: run.private, spec: open } satisfies Launch);
    index.put(await entryOf(context, spec, nonce));
    const request = { id: spec.id, nonce, folder: spec.folder, argv: [...supervisor, spec.folder] };
    for (let start = 1; start <= STARTS; start += 1) {
      const started = await host.start(request);
      if (await isUp(context, spec, () => started.isThere())) return;
    }
    throw notUp(spec);
  } catch (error) {
    // What is left of a start that failed must not be in the way of the next.
    await host.release({ id: spec.id });
    rmSync(files.claim, { force: true });
    rmSync(files.secrets, { force: true });
    dropDrafts(spec.folder);
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

/** Waits for a session that somebody else starts. */
async function untilUp(context: StartContext, spec: SessionSpec): Promise<void> {
  if (!(await isUp(context, spec, () => Promise.resolve(true)))) throw notUp(spec);
}

/** Waits until the session's process runs or has ended; false: its supervisor was gone before it had shown itself. */
async function isUp({ clock }: StartContext, spec: SessionSpec, isThere: () => Promise<boolean>): Promise<boolean> {
  const end = clock.monotonic() + UP_MS;
  for (let look = 1; clock.monotonic() < end; look += 1) {
    if (hasShown(spec, { running: true })) return true;
    // What a supervisor that is gone now wrote before it went counts.
    if (look % LOOKS_PER_HOST_CHECK === 0 && !(await isThere())) return hasShown(spec, { running: false });
    await clock.sleep(LOOK_MS);
  }
  throw notUp(spec);
}

/** True when the session's process runs (or the supervisor alone, where that is enough), or has ended, or is lost. */
function hasShown({ folder }: SessionSpec, want: { readonly running: boolean }): boolean {
  const files = sessionFiles(folder);
  if (!existsSync(files.state) && !existsSync(files.exit)) return false;
  const { exit, state } = readRecords(folder);
  if (exit !== undefined || state?.child !== undefined) return true;
  // A dead supervisor is a lost session: it was started, and the next look at it tells.
  return state !== undefined && (!want.running || !isAlive(state));
}

function notUp({ folder }: SessionSpec): Error {
  return orchError("session_failed", "the session's supervisor did not come up", { details: { log: readLog(folder) } });
}

function readLog(folder: string): string {
  try {
    return readFileSync(sessionFiles(folder).supervisor, "utf8").slice(-LOG_TAIL);
  } catch {
    return "";
  }
}
