import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from "node:fs";
import { delimiter, dirname, resolve } from "node:path";
import { Duplex, type Readable, type Writable } from "node:stream";

import type { Clock, Enclosure, ExitCause, Random } from "@orch/core";

import { adoptHelpers } from "../env.ts";
import type { Launch } from "../files/parse-launch.ts";
import type { KnownProcess } from "../files/parse-records.ts";
import { scratchOf } from "../files/run-folder.ts";
import type { SessionSecrets } from "../files/secrets-file.ts";
import { sessionFiles } from "../files/session-files.ts";
import { reasonOf } from "../files/system-error.ts";
import { helperMark, marksOf } from "../processes/family.ts";
import { findProcess } from "../processes/process-table.ts";
import { chooseSandbox } from "../sandbox/choose-sandbox.ts";
import { RELAY_FAILED } from "../sandbox/relay-program.ts";
import { attendWitness, WITNESS_FD, witnessCommand, type Witness } from "../sandbox/witness.ts";
import { openOutputPipes } from "./output-pipes.ts";
import { withFileQuota } from "./quotas.ts";
import type { TaskLimit } from "./task-limit.ts";
import type { SupervisorTiming } from "./timing.ts";

const SURVIVOR_LOOK_MS = 100;

/** Why a session's process did not start. */
export interface StartFailure {
  readonly cause: ExitCause;
  readonly detail: string;
}

/** The session's own process, in a process group of its own. */
export interface Child {
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  readonly known: KnownProcess;
  readonly enclosure: Enclosure;
  /** The kernel's limit that it is under. */
  readonly limit: TaskLimit;
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
  readonly limit: TaskLimit;
}

/** Opens the sandbox of a session; one that was asked for is never replaced by none. */
export async function openEnclosure(
  launch: Launch,
  { random, ...credentials }: SessionSecrets & { readonly random: Random },
): Promise<Enclosure | StartFailure> {
  const { spec, hide, socket } = launch;
  const { cwd, env, sandbox: rules } = spec;
  const { tmp } = sessionFiles(spec.folder);
  const folder = findFolder(cwd);
  if (folder !== undefined) return { cause: "spawn_failed", detail: folder };
  const scratch = scratchOf(socket);
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  adoptHelpers(helperMark(launch.nonce), scratch);
  const plan = { cwd, env, ...credentials, rules, hide, tmp, scratch };
  const chosen = await chooseSandbox(rules.mode, { plan, hidden: hide[0] ?? dirname(socket), random });
  return "enclosure" in chosen ? chosen.enclosure : { cause: "sandbox_unavailable", detail: chosen.why };
}

/** Starts the process of a session: exactly its environment and the mark, no terminal. */
export async function startChild(
  launch: Launch,
  enclosure: Enclosure,
  parts: ChildParts,
): Promise<Child | StartFailure> {
  const { spec } = launch;
  const failure = findObstacle(launch);
  if (failure !== undefined) return { cause: "spawn_failed", detail: failure };
  const pipes = openOutputPipes(spec.folder);
  try {
    const { limit } = parts;
    const inner = limit.inside(enclosure.reports ? witnessCommand(spec.argv) : spec.argv);
    const { argv, env } = enclosure.command(inner);
    // Around the sandbox: a limit of the system is inherited, and nothing inside may raise it.
    const [program = "", ...args] = withFileQuota(argv, spec.limits);
    const input = openInput(launch);
    const options: SpawnOptions = {
      cwd: spec.cwd,
      env: { ...env, ...marksOf(spec.id, launch.nonce) },
      // The sandbox and the witness in it report on pipes of their own.
      stdio: [input, ...pipes.writeEnds, ...(enclosure.reports ? (["pipe", "pipe"] as const) : [])],
      detached: true,
    };
    const child = limit.start(() => spawn(program, args, options));
    if (typeof input === "number") closeSync(input);
    const ended = endOf(child, enclosure, witnessOf(child, parts));
    const known = await identify(child);
    const { stdin, stdout, stderr } = child;
    return { stdin, ...(pipes.readers ?? { stdout, stderr }), known, enclosure, limit, ended };
  } catch (error) {
    pipes.readers?.stdout.destroy();
    pipes.readers?.stderr.destroy();
    const cause = enclosure.reports ? "sandbox_unavailable" : "spawn_failed";
    return { cause, detail: `${spec.argv[0] ?? ""}: ${reasonOf(error)}` };
  } finally {
    pipes.release();
  }
}

function witnessOf(child: ChildProcess, { clock, timing }: Omit<ChildParts, "limit">): Witness {
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
  if (spec.stdinFile !== undefined && !mayUse(spec.stdinFile, constants.R_OK)) return `can't read ${spec.stdinFile}`;
  const [program = ""] = spec.argv;
  const folders = program.includes("/") ? [""] : (spec.env["PATH"] ?? "").split(delimiter);
  if (folders.some((folder) => mayUse(resolve(spec.cwd, folder, program), constants.X_OK))) return undefined;
  return `the program ${program} was not found`;
}

function findFolder(cwd: string): string | undefined {
  return statSync(cwd, { throwIfNoEntry: false })?.isDirectory() === true ? undefined : `there is no folder ${cwd}`;
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

function endOf(child: ChildProcess, { reports }: Enclosure, witness: Witness): Promise<ChildEnd> {
  const status = { text: "" };
  const pipe = child.stdio[3];
  if (pipe !== undefined && pipe !== null && "on" in pipe) {
    pipe.on("data", (chunk: Buffer) => (status.text = (status.text + chunk.toString()).slice(0, 4096)));
    pipe.on("error", () => undefined);
  }
  const { promise, resolve: done } = Promise.withResolvers<ChildEnd>();
  child.once("exit", (code, signal) => {
    const finish = (): void => {
      const started = status.text.includes("exit-code") && !status.text.includes(RELAY_FAILED);
      const neverRan = reports && code !== null && !started;
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
