import { existsSync, rmSync } from "node:fs";

import {
  orchError,
  type Clock,
  type Logger,
  type Random,
  type SessionId,
  type SessionSpec,
  type SessionSummary,
  type Sessions,
} from "@orch/core";
import type { RedactionKnowledge } from "@orch/security";

import type { IndexEntry } from "../files/parse-records.ts";
import { openRunFolder, scratchOf } from "../files/run-folder.ts";
import { sessionFiles } from "../files/session-files.ts";
import { dropDrafts } from "../files/write-record.ts";
import type { Host } from "../hosts/host.ts";
import { createProcessHost } from "../hosts/process-host.ts";
import { createTmuxHost, hasTmux } from "../hosts/tmux-host.ts";
import { dropEmptyGroups, findGroupPlace } from "../processes/control-group.ts";
import { isAlive } from "../processes/process-table.ts";
import { endStuckSandboxes } from "../processes/stuck-sandboxes.ts";
import { giveAnswer, holdSession, listAsks, sendMessage, stopSession, teachSession, type Reach } from "./control.ts";
import { followSession, waitForEnd } from "./follow.ts";
import { loadOf, probeSession, readRecords } from "./probe.ts";
import { openIndex, type SessionIndex } from "./session-index.ts";
import { startSession } from "./start.ts";

/** What the daemon's side of sessions is made of. */
export interface SessionsOptions {
  /** Orch's home; sessions are found again through it. */
  readonly home: string;
  /** The command that starts the supervisor; the session's folder is appended. */
  readonly supervisor: { readonly argv: readonly string[] };
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Default: `tmux`, looked up on PATH. */
  readonly tmuxPath?: string;
  /** Asked at each start and for `teach`: what supervisors hide, beside their own secrets and the shapes of others. */
  readonly redaction?: () => RedactionKnowledge;
}

const knowsNothing = (): RedactionKnowledge => ({ secrets: [], patterns: [] });

/** Sessions under supervisors, which hide secrets in what they write and show. */
export interface SupervisedSessions extends Sessions, AsyncDisposable {
  /** Tells every live session's supervisor what `redaction` says by now. Never rejects: one that can't be told has ended, or will soon. */
  teach(): Promise<void>;
}

type HostName = SessionSummary["host"];

/**
 * Opens the sessions of a home. Disposal lets every session go on: the next call with the same home has them again.
 * @throws `home_unusable`.
 */
export async function createSessions(options: SessionsOptions): Promise<SupervisedSessions> {
  const { clock, random, logger, tmuxPath: tmux = "tmux", redaction = knowsNothing } = options;
  const run = openRunFolder(options.home);
  const index = openIndex(run.index);
  const hosts = { process: createProcessHost(), tmux: createTmuxHost({ tmux, socket: run.tmuxSocket }) };
  sweepHome(options);
  const tmuxWorks = await hasTmux(tmux);
  const hostFor = createHostChoice(hosts, tmuxWorks);
  const starting = new Map<SessionId, Promise<void>>();
  const closing = new AbortController();
  const context = { supervisor: options.supervisor.argv, run, index, clock, random, redaction, hostFor };

  function startOnce(spec: SessionSpec): Promise<void> {
    const running = starting.get(spec.id);
    if (running !== undefined) return running;
    const started = startSession(context, spec).finally(() => starting.delete(spec.id));
    starting.set(spec.id, started);
    return started;
  }

  return {
    async start(spec) {
      await startOnce(spec);
      logger.debug({ session: spec.id, purpose: spec.purpose }, "session started");
    },
    async probe(id) {
      const entry = index.find(id);
      return entry === undefined ? { state: "absent" } : probeSession(entry, clock);
    },
    async wait(id, signal) {
      const end = await waitForEnd(locate(index, id), clock, signal);
      if (end === undefined) throw orchError("interrupted", `nobody waits for the session ${id} any more`);
      if (end.state === "absent") throw unknown(id);
      return end;
    },
    follow: (id, from) => followSession(locate(index, id), clock, from),
    ...talkThrough(index, { clock, signal: closing.signal }),
    async stop(id, how) {
      logger.info({ session: id, ...how }, "session is being stopped");
      await stopSession(locate(index, id), clock, how);
    },
    teach: () => teachAll(index, clock, redaction()),
    list: () => Promise.resolve(index.all().flatMap(summaryOf)),
    attachCommand: async (id) => hosts[locate(index, id).host].attachCommand(id),
    async release(id) {
      const entry = index.find(id);
      if (entry === undefined) return;
      const { state } = await probeSession(entry, clock);
      if (state === "running" || state === "unknown") {
        throw orchError("session_failed", `the session ${id} has not ended`, { hint: "Stop it first." });
      }
      await hosts[entry.host].release(entry);
      removeRemains(entry);
      index.remove(id);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.allSettled(starting.values());
      if (tmuxWorks) await hosts.tmux.close();
    },
  };
}

function sweepHome({ home, logger, clock }: SessionsOptions): void {
  const place = findGroupPlace();
  if ("folder" in place) dropEmptyGroups(place, clock.now());
  const stuck = endStuckSandboxes(home);
  if (stuck > 0) logger.info({ processes: stuck }, "ended what dead sessions had left of their sandboxes");
}

async function teachAll(index: SessionIndex, clock: Clock, knowledge: RedactionKnowledge): Promise<void> {
  await Promise.allSettled(index.all().map((entry) => teachSession(entry, { clock }, knowledge)));
}

/** Removes what a supervisor that was killed could not take along. */
function removeRemains({ socket, folder }: IndexEntry): void {
  const remains = [socket, scratchOf(socket), sessionFiles(folder).secrets];
  for (const path of remains) rmSync(path, { recursive: true, force: true });
  if (existsSync(folder)) dropDrafts(folder);
}

/** What people say to agents, which may be on their way still; what they ask is looked at by many, who don't wait. */
function talkThrough(index: SessionIndex, reach: Required<Reach>): Pick<Sessions, "send" | "asks" | "answer" | "hold"> {
  return {
    send: async (id, message) => sendMessage(locate(index, id), reach, message),
    asks: async (id) => listAsks(locate(index, id), { clock: reach.clock }),
    answer: async (id, answer) => giveAnswer(locate(index, id), reach, answer),
    hold: async (id, hold) => holdSession(locate(index, id), reach, hold),
  };
}

/** People attach to agents; everything else needs no terminal. */
function createHostChoice(
  hosts: Readonly<Record<HostName, Host>>,
  tmuxWorks: boolean,
): (spec: SessionSpec) => Promise<{ readonly name: HostName; readonly host: Host }> {
  return async ({ host: wanted, purpose }) => {
    if (wanted === "tmux" && !tmuxWorks) {
      throw orchError("session_failed", "tmux is not installed", { hint: "Install tmux, or use the host process." });
    }
    const name = wanted === "auto" ? autoHost(tmuxWorks && purpose === "agent") : wanted;
    return { name, host: hosts[name] };
  };
}

function autoHost(attachable: boolean): HostName {
  return attachable ? "tmux" : "process";
}

function locate(index: SessionIndex, id: SessionId): IndexEntry {
  const entry = index.find(id);
  if (entry === undefined) throw unknown(id);
  return entry;
}

function unknown(id: SessionId): ReturnType<typeof orchError> {
  return orchError("session_unknown", `there is no session ${id}`);
}

function summaryOf(entry: IndexEntry): readonly SessionSummary[] {
  const { exit, state } = readRecords(entry.folder);
  if (exit !== undefined || state === undefined || !isAlive(state)) return [];
  const { id, attempt, purpose, startedAt, folder } = entry;
  const load = loadOf(folder);
  const summary = { id, attempt, purpose, host: state.host, pid: state.pid, startedAt, folder };
  return [load === undefined ? summary : { ...summary, load }];
}
