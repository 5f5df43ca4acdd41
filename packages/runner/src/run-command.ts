import { join } from "node:path";

import {
  filledVariables,
  orchError,
  plainVariables,
  sessionIdOf,
  taskVariables,
  type EgressRules,
  type PreparedClone,
  type SessionEvent,
  type SessionExit,
  type SessionId,
  type SessionPurpose,
  type SessionSpec,
} from "@orch/core";

import type { CommandContext } from "./context.ts";
import type { RunnerDeps } from "./deps.ts";
import { LeaseGone } from "./journal.ts";

const TAIL_CHARACTERS = 4_000;
/** More is read than is kept: a secret that the beginning of the tail would cut is still seen whole. */
const READ_CHARACTERS = TAIL_CHARACTERS + 64 * 1024;
/** What is appended to a command's name for each time that it is run, should supervisors die. */
const RUNS = ["", "-again", "-once-more"];

/** A command to run in the clone, under its own supervisor. */
export interface CommandRequest {
  /** Unique in the attempt: the same name again gives the same session, so a resumed runner repeats nothing. */
  readonly name: string;
  readonly purpose: SessionPurpose;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** `project`: as the project's commands have it; `none`: it needs none. */
  readonly network: "project" | "none";
}

/** How a command ended. */
export interface CommandResult {
  readonly session: SessionId;
  readonly exit: SessionExit;
  /** The last 4,000 characters of its output, redacted. */
  readonly tail: string;
}

/**
 * Runs a command in the clone to its end, or picks up the one that is running or has run. When its supervisor died it
 * is started again under another name. Throws `LeaseGone` when the attempt is called off, `session_failed` when three
 * supervisors died.
 */
export async function runCommand(
  context: CommandContext,
  input: { readonly clone: PreparedClone; readonly request: CommandRequest },
): Promise<CommandResult> {
  const { request } = input;
  for (const run of RUNS) {
    const ended = await runOnce(context, { ...input, name: `${request.name}${run}` });
    if (ended !== undefined) return ended;
  }
  throw orchError("session_failed", `${RUNS.length} supervisors of ${request.name} died`);
}

async function runOnce(
  context: CommandContext,
  input: { readonly clone: PreparedClone; readonly request: CommandRequest; readonly name: string },
): Promise<CommandResult | undefined> {
  const { deps, ref, signal } = context;
  if (signal.aborted) throw new LeaseGone(String(signal.reason));
  const id = sessionIdOf(ref, input.name);
  const probe = await deps.sessions.probe(id);
  if (probe.state !== "exited" && probe.state !== "lost")
    await deps.sessions.start(await specOf(context, { ...input, id }));
  const end = await waitFor(context, id);
  const tail = end.state === "lost" ? "" : await tailOf(context, id);
  await deps.sessions.release(id);
  if (end.state === "lost") return undefined;
  return { session: id, exit: end.exit, tail: deps.redactor.redact(tail).slice(-TAIL_CHARACTERS) };
}

/** Waits for a session; throws `LeaseGone` when the attempt is called off. The session is not stopped by that. */
export async function waitFor(
  context: CommandContext,
  id: SessionId,
): Promise<Awaited<ReturnType<RunnerDeps["sessions"]["wait"]>>> {
  const { signal } = context;
  try {
    return await context.deps.sessions.wait(id, signal);
  } catch (error) {
    if (signal.aborted) throw new LeaseGone(String(signal.reason));
    throw error;
  }
}

async function specOf(
  context: CommandContext,
  input: {
    readonly clone: PreparedClone;
    readonly request: CommandRequest;
    readonly name: string;
    readonly id: SessionId;
  },
): Promise<SessionSpec> {
  const { clone, request, name, id } = input;
  const { folder, own } = await commandFolders(context, name);
  return {
    id,
    attempt: context.ref,
    purpose: request.purpose,
    folder,
    argv: request.argv,
    cwd: clone.path,
    env: environmentFor(context, { folder: own, clone, whose: request.purpose, set: request.env }),
    protocol: "raw",
    protocolOptions: null,
    sandbox: sandboxFor(context, {
      write: [clone.path, own],
      read: clone.reads ?? [],
      network: request.network === "project" && context.project.commandNetwork !== "none",
    }),
    limits: { ...context.project.limits, wallMs: request.timeoutMs, silenceMs: 0, noProgressMs: 0 },
    host: "process",
  };
}

/** The session's own records, out of the program's reach, and below them what the program may write. */
async function commandFolders(
  { deps, ref }: CommandContext,
  name: string,
): Promise<{ readonly folder: string; readonly own: string }> {
  const plain = name.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
  await deps.files.write(ref, { name: `${plain}/own/readme.txt`, text: "The program may write here.\n" });
  const folder = `${await deps.files.folder(ref)}/${plain}`;
  return { folder, own: `${folder}/own` };
}

/**
 * The environment of a session: the allow-list, a home of its own, the variables that are configured, and what orch
 * tells about the task and the attempt (seed row A68).
 */
export function environmentFor(
  context: CommandContext,
  input: {
    readonly folder: string;
    readonly clone: PreparedClone;
    readonly whose: SessionPurpose;
    readonly set: Readonly<Record<string, string>>;
  },
): Readonly<Record<string, string>> {
  const { deps } = context;
  const told = toldOf(context, input);
  return deps.surroundings.environment({ home: join(input.folder, "home"), set: { ...told, ...input.set } });
}

function toldOf(
  context: CommandContext,
  { clone, whose }: { readonly clone: PreparedClone; readonly whose: SessionPurpose },
): Readonly<Record<string, string>> {
  const { ref, assignment, ports } = context;
  const templates = templatesFor(context, whose);
  if (assignment === undefined) return plainVariables(templates);
  const facts = { task: ref, branch: clone.branch, clone: clone.path, ...(ports === undefined ? {} : { ports }) };
  return {
    ...filledVariables(templates, facts),
    TASK_ID: ref.id,
    ORCH_TASK: `${ref.project}#${ref.id}`,
    ORCH_ATTEMPT: String(ref.attempt),
    ORCH_AGENT: assignment.agent,
    ...(assignment.model === undefined ? {} : { ORCH_MODEL: assignment.model }),
    ...taskVariables(facts),
  };
}

/**
 * Which configured variables a session gets. None reach what orch itself does with git: they could make it say what is
 * not so. What steers an agent is the person's, so that a repository's own count there only where it is trusted.
 */
function templatesFor({ project }: CommandContext, whose: SessionPurpose): Readonly<Record<string, string>> {
  const { variables = {}, projectVariables = {} } = project.environment ?? {};
  if (whose === "git") return {};
  const both = { ...variables, ...projectVariables };
  return whose !== "agent" || project.trusted === true ? both : variables;
}

/** The rules that confine a session of this attempt. */
export function sandboxFor(
  context: CommandContext,
  input: {
    readonly write: readonly string[];
    readonly read?: readonly string[];
    readonly network: boolean;
    readonly egress?: EgressRules;
  },
): SessionSpec["sandbox"] {
  const { surroundings } = context.deps;
  return {
    mode: context.project.sandbox,
    write: input.write,
    hide: surroundings.hidden,
    read: [...surroundings.readable, ...(context.project.sandboxRead ?? []), ...(input.read ?? [])],
    network: input.network,
    ...(input.egress === undefined ? {} : { egress: input.egress }),
  };
}

async function tailOf(context: CommandContext, id: SessionId): Promise<string> {
  let tail = "";
  const stop = new AbortController();
  for await (const event of context.deps.sessions.follow(id, { after: 0, signal: stop.signal })) {
    tail = `${tail}${textOf(event)}`.slice(-READ_CHARACTERS);
    if (event.kind === "exit") stop.abort();
  }
  return tail;
}

function textOf(event: SessionEvent): string {
  return event.kind === "output" ? event.text : "";
}

/** What a failed command says for itself, in one line. */
export function describeExit(exit: SessionExit): string {
  if (exit.cause === "exited") return `exit code ${exit.code ?? "unknown"}`;
  if (exit.cause === "signalled") return `ended by ${exit.signal ?? "a signal"}`;
  if (exit.cause === "wall") return "took longer than its time limit";
  return exit.detail ?? exit.cause;
}
