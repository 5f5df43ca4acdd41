import { rmSync } from "node:fs";

import { progressTypes, type AgentProtocol, type Clock, type Random, type SessionEvent } from "@orch/core";
import { createRedactor, isSecretName, type SecretRedactor } from "@orch/security";

import { parseLaunch, type Launch } from "../files/parse-launch.ts";
import type { SupervisorState } from "../files/parse-records.ts";
import { readRecord } from "../files/read-record.ts";
import { scratchOf } from "../files/run-folder.ts";
import { takeSecrets } from "../files/secrets-file.ts";
import { sessionFiles, type SessionFiles } from "../files/session-files.ts";
import { reasonOf } from "../files/system-error.ts";
import { createRecord } from "../files/write-record.ts";
import { findGroupPlace, groupOf, type GroupPlaceSearch } from "../processes/control-group.ts";
import { familyOf, helpersOf, killFamily } from "../processes/family.ts";
import { commandLineOf, findProcess } from "../processes/process-table.ts";
import { openEnclosure, startChild, type StartFailure } from "./child.ts";
import { openEventLog, type EventLog } from "./event-log.ts";
import { concludeSession, noOutput, type Ending } from "./exit-record.ts";
import type { LimitWatch } from "./limits.ts";
import { isOwnNudge } from "./people.ts";
import { runChild } from "./run-child.ts";
import type { SocketServer } from "./socket-server.ts";
import { holdTasks, kernelLimitsOf } from "./task-limit.ts";
import { openTerminal, type Terminal } from "./terminal.ts";
import { defaultTiming, type SupervisorTiming } from "./timing.ts";
import { openTranscript, type Transcript } from "./transcript.ts";

const HELPERS_PATIENCE_MS = 2_000;

/** What a supervisor is made of. */
export interface SupervisorOptions {
  /** The session's folder, with its `launch.json`. */
  readonly folder: string;
  /** Finds the protocol that a launch names; asked only when it is not `raw`, so that it may be loaded then. */
  readonly protocol: (name: string) => Promise<AgentProtocol | undefined>;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted by the entry point on SIGTERM: the session is stopped. SIGHUP and SIGINT must be ignored there. */
  readonly stop: AbortSignal;
  /** Other graces than the usual ones. */
  readonly timing?: Partial<SupervisorTiming>;
}

/** A session while it is supervised. */
export interface Supervised {
  readonly options: SupervisorOptions;
  readonly launch: Launch;
  readonly files: SessionFiles;
  readonly timing: SupervisorTiming;
  /** What `state.json` says before the process runs. */
  readonly state: SupervisorState;
  /** Where its control group may be. */
  readonly place: GroupPlaceSearch;
  readonly log: EventLog;
  /** Knows what the daemon knew at the start, the session's own secrets, and the shapes of others. */
  readonly redactor: Pick<SecretRedactor, "register" | "use">;
  readonly transcript: Transcript;
  readonly terminal: Terminal;
  /** What exists only while the process runs. */
  readonly live: {
    limits?: LimitWatch;
    socket?: SocketServer;
    /** Told of each event before it is on disk. */
    onEvent?: (event: SessionEvent) => void;
    /** Told of a message that the agent refused although its conversation had taken it. */
    onRefused?: (messageId: string, why: string) => void;
    /** Told why the run is being ended, when that begins. */
    onEnding?: (why: string) => void;
    /** Ends the process because the supervisor itself can't go on. */
    fail?: (detail: string) => void;
  };
}

/**
 * Supervises one session from its start to its exit record. Never throws.
 * @returns the exit code of the supervisor's process: 0 when an exit record tells the rest.
 */
export async function runSupervisor(options: SupervisorOptions): Promise<number> {
  const files = sessionFiles(options.folder);
  try {
    const launch = readRecord(files.launch, parseLaunch);
    const self = findProcess(process.pid);
    if (launch === undefined || self === undefined) return 1;
    const { nonce, host } = launch;
    const place = findGroupPlace();
    const state: SupervisorState = {
      nonce,
      host,
      pid: self.pid,
      started: self.started,
      commandLine: commandLineOf(self.pid),
      ...("folder" in place ? { cgroup: groupOf(place, nonce) } : {}),
    };
    // Whoever makes this file owns the session; a second supervisor of it goes home.
    if (!createRecord(files.state, state)) return 0;
    await supervise(openSession({ options, launch, files, state, place }));
    return 0;
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    return 1;
  }
}

function openSession(parts: Pick<Supervised, "options" | "launch" | "files" | "state" | "place">): Supervised {
  const live: Supervised["live"] = {};
  const terminal = openTerminal();
  const redactor = createRedactor({ secrets: secretsOf(parts.launch) });
  const transcript = openTranscript(parts.files.transcript, { terminal: terminal.output, redactor });
  const log = openEventLog({ path: parts.files.events }, parts.options.clock, {
    onEvent(event) {
      transcript.show(event);
      const counts = event.kind === "agent" && progressTypes.has(event.event.type);
      if (counts && !isOwnNudge(event)) live.limits?.sawProgress();
      live.onEvent?.(event);
    },
    onFlushed: (seq) => live.socket?.announce(seq),
    onBroken: (error) => live.fail?.(`The events can't be written: ${reasonOf(error)}`),
  });
  const timing = { ...defaultTiming, ...parts.options.timing };
  return { ...parts, timing, log, redactor, transcript, terminal, live };
}

/** What the session's process is given in its environment and is secret by its name. */
function secretsOf({ spec }: Launch): readonly string[] {
  return Object.entries(spec.env).flatMap(([name, value]) => (isSecretName(name) ? [value] : []));
}

async function supervise(session: Supervised): Promise<void> {
  const { options, launch, log, live } = session;
  const startedAt = options.clock.now();
  const ending = await runToEnd(session).catch(async (error: unknown): Promise<Ending> => {
    const { found } = await killFamily(familyOf(launch.nonce, session.state), {
      clock: options.clock,
      patienceMs: 5_000,
    });
    return { ...noOutput, cause: "supervisor_failed", detail: reasonOf(error), survivors: found.size };
  });
  live.limits?.close();
  const exit = { ...ending, startedAt, endedAt: options.clock.now(), lastSeq: log.lastSeq + 1 };
  await concludeSession(session, exit);
}

async function runToEnd(session: Supervised): Promise<Ending> {
  const { launch, options, log } = session;
  const { spec } = launch;
  const secrets = takeSecrets(session.files.secrets);
  session.redactor.register([...secrets.redaction.secrets, ...secrets.secrets.map(({ value }) => value)]);
  session.redactor.use(secrets.redaction.patterns);
  const protocol = spec.protocol === "raw" ? undefined : await options.protocol(spec.protocol);
  if (protocol === undefined && spec.protocol !== "raw") {
    return failed({ cause: "supervisor_failed", detail: `There is no protocol ${spec.protocol}.` });
  }
  const enclosure = await openEnclosure(launch, { ...secrets, random: options.random });
  if ("cause" in enclosure) return failed(enclosure);
  const { confinement } = enclosure;
  const { sandbox } = confinement;
  const limit = holdTasks(session.place, sandbox, kernelLimitsOf(spec.limits, launch.nonce));
  try {
    const child = await startChild(launch, enclosure, { clock: options.clock, timing: session.timing, limit });
    if ("cause" in child) return { ...failed(child), sandbox };
    log.append({ kind: "started", sandbox, confinement });
    return await runChild(session, child, protocol);
  } finally {
    await enclosure.close();
    // A relay that had forked for a connection outlives the one that its library ends.
    await killFamily(helpersOf(launch.nonce), { clock: options.clock, patienceMs: HELPERS_PATIENCE_MS });
    await limit.close(options.clock);
    rmSync(scratchOf(launch.socket), { recursive: true, force: true });
  }
}

function failed({ cause, detail }: StartFailure): Ending {
  return { ...noOutput, cause, detail };
}
