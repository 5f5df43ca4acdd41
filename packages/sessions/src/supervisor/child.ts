import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { Duplex, type Readable, type Writable } from "node:stream";

import type { Clock, ExitCause } from "@orch/core";

import type { Launch } from "../files/parse-launch.ts";
import type { KnownProcess } from "../files/parse-records.ts";
import { sessionFiles } from "../files/session-files.ts";
import { reasonOf } from "../files/system-error.ts";
import { marksOf } from "../processes/family.ts";
import { findProcess } from "../processes/process-table.ts";
import { bwrapArguments } from "../sandbox/bwrap-arguments.ts";
import { probeSandbox } from "../sandbox/probe-sandbox.ts";
import { attendWitness, WITNESS_FD, witnessCommand, type Witness } from "../sandbox/witness.ts";
import { openOutputPipes } from "./output-pipes.ts";
import type { SupervisorTiming } from "./timing.ts";

const SURVIVOR_LOOK_MS = 100;

/** Why a session's process did not start. */
export interface StartFailure {
  readonly cause: ExitCause;
  readonly detail: string;
}

/** How a session will really be confined. */
export type Confinement = { readonly mode: "none" } | { readonly mode: "bwrap"; readonly path: string };

/** The session's own process, in a process group of its own. */
export interface Child {
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  readonly known: KnownProcess;
  readonly confinement: Confinement;
  /** Resolves when the process has ended. */
  readonly ended: Promise<ChildEnd>;
}

/** How the process ended. */
export interface ChildEnd {
  readonly code?: number;
  readonly signal?: string;
  /** True when the sandbox ended before it had started the program. */
  readonly neverRan: boolean;
  /** True when the sandbox hides the program. */
  readonly unseen: boolean;
  /** How many processes the sandbox took down with it. */
  readonly survivors: number;
}

/** What starting a process works with. */
export interface ChildParts {
  readonly clock: Clock;
  readonly timing: SupervisorTiming;
}

/** Finds out how the session can be confined; a sandbox that was asked for by name is never replaced by none. */
export async function chooseConfinement(launch: Launch): Promise<Confinement | StartFailure> {
  const { mode } = launch.spec.sandbox;
  if (mode === "none") return { mode };
  const found = await probeSandbox();
  if (found.mode === "bwrap") return found;
  return mode === "auto" ? { mode: "none" } : { cause: "sandbox_unavailable", detail: found.why };
}

/** Starts the process of a session: exactly its environment and the mark, no terminal. */
export async function startChild(
  launch: Launch,
  confinement: Confinement,
  parts: ChildParts,
): Promise<Child | StartFailure> {
  const { spec } = launch;
  const failure = findObstacle(launch);
  if (failure !== undefined) return { cause: "spawn_failed", detail: failure };
  const pipes = openOutputPipes(spec.folder);
  try {
    const [program = "", ...args] = commandOf(launch, confinement);
    const input = openInput(launch);
    const child = spawn(program, args, {
      cwd: spec.cwd,
      env: { ...spec.env, ...marksOf(spec.id, launch.nonce) },
      // The sandbox and the witness in it report on pipes of their own.
      stdio: [input, ...pipes.writeEnds, ...(confinement.mode === "bwrap" ? (["pipe", "pipe"] as const) : [])],
      detached: true,
    });
    if (typeof input === "number") closeSync(input);
    const ended = endOf(child, confinement, witnessOf(child, parts));
    const known = await identify(child);
    const { stdin, stdout, stderr } = child;
    return { stdin, ...(pipes.readers ?? { stdout, stderr }), known, confinement, ended };
  } catch (error) {
    pipes.readers?.stdout.destroy();
    pipes.readers?.stderr.destroy();
    const cause = confinement.mode === "bwrap" ? "sandbox_unavailable" : "spawn_failed";
    return { cause, detail: `${spec.argv[0] ?? ""}: ${reasonOf(error)}` };
  } finally {
    pipes.release();
  }
}

function commandOf({ spec, hide }: Launch, confinement: Confinement): readonly string[] {
  if (confinement.mode === "none") return spec.argv;
  const { tmp } = sessionFiles(spec.folder);
  mkdirSync(tmp, { recursive: true, mode: 0o700 });
  const rules = bwrapArguments({ rules: spec.sandbox, cwd: spec.cwd, tmp, hide });
  return [confinement.path, ...rules, "--json-status-fd", "3", "--", ...witnessCommand(spec.argv)];
}

function witnessOf(child: ChildProcess, { clock, timing }: ChildParts): Witness {
  const channel = child.stdio[WITNESS_FD];
  if (!(channel instanceof Duplex)) return { left: 0, unseen: false };
  return attendWitness(channel, { clock, graceMs: timing.survivorsMs, lookMs: SURVIVOR_LOOK_MS });
}

function openInput({ spec }: Launch): "ignore" | "pipe" | number {
  if (spec.stdinFile !== undefined) return openSync(spec.stdinFile, "r");
  return spec.protocol === "raw" ? "ignore" : "pipe";
}

/** What would keep the program from starting; a sandbox could not tell it from the program's own failure. */
function findObstacle({ spec }: Launch): string | undefined {
  if (statSync(spec.cwd, { throwIfNoEntry: false })?.isDirectory() !== true) return `there is no folder ${spec.cwd}`;
  if (spec.stdinFile !== undefined && !mayUse(spec.stdinFile, constants.R_OK)) return `can't read ${spec.stdinFile}`;
  const [program = ""] = spec.argv;
  const folders = program.includes("/") ? [""] : (spec.env["PATH"] ?? "").split(delimiter);
  if (folders.some((folder) => mayUse(resolve(spec.cwd, folder, program), constants.X_OK))) return undefined;
  return `the program ${program} was not found`;
}

function mayUse(path: string, access: number): boolean {
  try {
    accessSync(path, access);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function identify(child: ChildProcess): Promise<KnownProcess> {
  await new Promise<void>((done, fail) => {
    child.once("spawn", done);
    child.once("error", fail);
  });
  const pid = child.pid ?? 0;
  // A process that has ended already is a zombie without a start time; nothing can be confused with it.
  return { pid, started: findProcess(pid)?.started ?? "" };
}

function endOf(child: ChildProcess, confinement: Confinement, witness: Witness): Promise<ChildEnd> {
  const status = { text: "" };
  const pipe = child.stdio[3];
  if (pipe !== undefined && pipe !== null && "on" in pipe) {
    pipe.on("data", (chunk: Buffer) => (status.text = (status.text + chunk.toString()).slice(0, 4096)));
    pipe.on("error", () => undefined);
  }
  const { promise, resolve: done } = Promise.withResolvers<ChildEnd>();
  child.once("exit", (code, signal) => {
    const finish = (): void => {
      const neverRan = confinement.mode === "bwrap" && code !== null && !status.text.includes("exit-code");
      const { left: survivors, unseen } = witness;
      const how = { ...(code === null ? {} : { code }), ...(signal === null ? {} : { signal }) };
      done({ ...how, neverRan, unseen, survivors });
    };
    // The sandbox writes its last status line right before it ends; it may still be in the pipe.
    if (pipe !== undefined && pipe !== null && !pipe.destroyed) pipe.once("close", finish);
    else finish();
  });
  return promise;
}
