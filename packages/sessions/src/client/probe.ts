import { statSync } from "node:fs";

import type { Clock, SessionExit, SessionLoad, SessionProbe } from "@orch/core";

import {
  parseClaim,
  parseExit,
  parseLoad,
  parseState,
  type Claim,
  type IndexEntry,
  type SupervisorState,
} from "../files/parse-records.ts";
import { readRecord } from "../files/read-record.ts";
import { sessionFiles } from "../files/session-files.ts";
import { writeRecord } from "../files/write-record.ts";
import { removeGroup } from "../processes/control-group.ts";
import { familyOf, helpersOf, killFamily } from "../processes/family.ts";
import { isAlive } from "../processes/process-table.ts";
import { readLastWord } from "./event-reader.ts";
import { openLink } from "./link.ts";

const HEARTBEAT_STALE_MS = 15_000;
const SWEEP_PATIENCE_MS = 5_000;
/** How long after a claim its supervisor may still be on its way. */
const CLAIM_SETTLE_MS = 5_000;

/** What a session's folder says. */
export interface SessionRecords {
  readonly exit: SessionExit | undefined;
  readonly state: SupervisorState | undefined;
  readonly claim: Claim | undefined;
}

/** Reads the records in a session's folder. */
export function readRecords(folder: string): SessionRecords {
  const files = sessionFiles(folder);
  return {
    exit: readRecord(files.exit, parseExit),
    state: readRecord(files.state, parseState),
    claim: readRecord(files.claim, parseClaim),
  };
}

/** True until a session's process runs, as far as whoever starts it, or its supervisor, is alive. */
export function isStarting({ folder }: IndexEntry): boolean {
  const { exit, state, claim } = readRecords(folder);
  if (exit !== undefined || state?.child !== undefined) return false;
  const starter = state ?? claim;
  return starter !== undefined && isAlive(starter);
}

/** What a running session's processes held when they were counted last. */
export function loadOf(folder: string): SessionLoad | undefined {
  return readRecord(sessionFiles(folder).heartbeat, parseLoad);
}

/**
 * Looks at one session. What can't be told is `unknown`; `lost` leaves nothing of it alive. A supervisor that died
 * after its final event and before its exit record has told how it ended: the record is written in its place.
 */
export async function probeSession(entry: IndexEntry, clock: Clock): Promise<SessionProbe> {
  const { exit, state, claim } = readRecords(entry.folder);
  if (exit !== undefined) return { state: "exited", exit };
  if (state === undefined) return probeClaim(claim, clock);
  if (isAlive(state)) {
    const load = loadOf(entry.folder);
    return { state: "running", pid: state.pid, host: state.host, ...(load === undefined ? {} : { load }) };
  }
  // The record may have been written between the two looks.
  const late = readRecords(entry.folder).exit;
  if (late !== undefined) return { state: "exited", exit: late };
  if (!(await isSilent(entry, clock))) {
    return { state: "unknown", why: "the supervisor's process is gone, but its socket answers" };
  }
  const swept = await sweep(state, entry.folder, clock);
  const told = swept.state === "lost" ? await readLastWord(entry.folder) : undefined;
  if (told === undefined) return swept;
  try {
    writeRecord(sessionFiles(entry.folder).exit, told);
  } catch {
    // Such as a full disk: the event still tells, and the next look writes it.
  }
  return { state: "exited", exit: told };
}

function probeClaim(claim: Claim | undefined, clock: Clock): SessionProbe {
  if (claim === undefined) return { state: "absent" };
  if (isAlive(claim) || clock.now() - claim.at < CLAIM_SETTLE_MS)
    return { state: "unknown", why: "it is being started" };
  return { state: "absent" };
}

/** The second signal of a supervisor's death. */
async function isSilent({ socket, folder }: IndexEntry, clock: Clock): Promise<boolean> {
  const link = await openLink(socket, () => undefined);
  link?.close();
  if (link === undefined) return true;
  const beat = statSync(sessionFiles(folder).heartbeat, { throwIfNoEntry: false });
  return beat === undefined || clock.now() - beat.mtimeMs > HEARTBEAT_STALE_MS;
}

async function sweep(
  { nonce, child, cgroup, commandLine }: SupervisorState,
  folder: string,
  clock: Clock,
): Promise<SessionProbe> {
  const held = { ...(child === undefined ? {} : { leader: child }), ...(cgroup === undefined ? {} : { cgroup }) };
  const family = { ...familyOf(nonce, held), folder, ...(commandLine === undefined ? {} : { twinOf: commandLine }) };
  const { found, gone } = await killFamily(family, { clock, patienceMs: SWEEP_PATIENCE_MS });
  const helpers = await killFamily(helpersOf(nonce), { clock, patienceMs: SWEEP_PATIENCE_MS });
  if (!gone || !helpers.gone) {
    return { state: "unknown", why: "the supervisor died, and what it left can't be ended" };
  }
  if (cgroup !== undefined) await removeGroup(cgroup, clock);
  const swept = found.size === 0 ? "" : `; ${found.size} processes of it were ended`;
  return { state: "lost", why: `the supervisor died without an exit record${swept}` };
}
