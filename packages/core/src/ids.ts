import { createHash } from "node:crypto";

import { orchError, type OrchError } from "./errors.ts";
import { err, ok, type Result } from "./result.ts";

declare const brand: unique symbol;

/** A text that only its own parser can mint. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A project: `owner/repo` in lower case; `local/<folder>` for a repository without a forge. */
export type ProjectId = Branded<"ProjectId">;
/** A task inside its project: `42` for an external one, `int-5` for an internal one. */
export type TaskId = Branded<"TaskId">;
/** A task anywhere: `owner/repo#int-5`. */
export type TaskKey = Branded<"TaskKey">;
/** The name of a configured agent, such as `codex`. */
export type AgentName = Branded<"AgentName">;
/** A git branch name without `refs/heads/`. */
export type BranchName = Branded<"BranchName">;
/** A full commit object name, 40 or 64 hexadecimal digits. */
export type CommitSha = Branded<"CommitSha">;
/** A full tree object name. */
export type TreeSha = Branded<"TreeSha">;
/** A live process of an attempt: lower case, digits and dashes, at most 100 characters. */
export type SessionId = Branded<"SessionId">;

/** Names a task: project and id. */
export interface TaskRef {
  readonly project: ProjectId;
  readonly id: TaskId;
}

/** Names one attempt of a task; attempts are numbered from 1 and a number is never used twice. */
export interface AttemptRef extends TaskRef {
  readonly attempt: number;
}

const PROJECT = /^[a-z0-9][a-z0-9._-]{0,99}\/(?!\.{1,2}$)[a-z0-9._-]{1,100}$/;
const TASK = /^(?:int-)?[1-9][0-9]{0,14}$/;
const AGENT = /^[a-z][a-z0-9_-]{0,39}$/;
const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const SESSION = /^[a-z0-9][a-z0-9-]{0,99}$/;
const BRANCH = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;
const BRANCH_REFUSED = /\.\.|\/\/|\/\.|\.lock(?:\/|$)|[./]$/;

interface IdRule {
  readonly kind: string;
  readonly pattern: RegExp;
  readonly example: string;
}

function parseId<Name extends string>(text: string, rule: IdRule): Result<Branded<Name>, OrchError> {
  return rule.pattern.test(text) ? ok(text as Branded<Name>) : refuse(text, rule);
}

function refuse(text: string, { kind, example }: Omit<IdRule, "pattern">): Result<never, OrchError> {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return err(
    orchError("invalid_id", `${JSON.stringify(shown)} is not a ${kind}`, { hint: `A ${kind} looks like ${example}.` }),
  );
}

/** Parses `owner/repo`; case is folded, because forges compare it that way (seed bug P37). */
export function parseProjectId(text: string): Result<ProjectId, OrchError> {
  return parseId<"ProjectId">(text.toLowerCase(), {
    kind: "project id",
    pattern: PROJECT,
    example: "owner/repo",
  });
}

/** Parses `42`, `#42`, `int-5` or `#int-5`. */
export function parseTaskId(text: string): Result<TaskId, OrchError> {
  const bare = text.startsWith("#") ? text.slice(1) : text;
  return parseId<"TaskId">(bare, { kind: "task id", pattern: TASK, example: "42 or int-5" });
}

/** Parses an agent name as written in the configuration. */
export function parseAgentName(text: string): Result<AgentName, OrchError> {
  return parseId<"AgentName">(text, { kind: "agent name", pattern: AGENT, example: "codex" });
}

/** Parses a branch name: the safe subset of git's own rule (SECURITY D9). */
export function parseBranchName(text: string): Result<BranchName, OrchError> {
  const rule = { kind: "branch name", pattern: BRANCH, example: "gh-task-42-add-login" };
  return BRANCH_REFUSED.test(text) ? refuse(text, rule) : parseId<"BranchName">(text, rule);
}

/** Parses a full commit name. */
export function parseCommitSha(text: string): Result<CommitSha, OrchError> {
  return parseId<"CommitSha">(text, {
    kind: "commit name",
    pattern: SHA,
    example: "40 hexadecimal digits",
  });
}

/** Parses a full tree name. */
export function parseTreeSha(text: string): Result<TreeSha, OrchError> {
  return parseId<"TreeSha">(text, {
    kind: "tree name",
    pattern: SHA,
    example: "40 hexadecimal digits",
  });
}

/** Parses a session id. */
export function parseSessionId(text: string): Result<SessionId, OrchError> {
  return parseId<"SessionId">(text, {
    kind: "session id",
    pattern: SESSION,
    example: "app-int-5-1-agent-0f3a",
  });
}

/** The key of a task, unique over all projects. */
export function taskKey(ref: TaskRef): TaskKey {
  return `${ref.project}#${ref.id}` as TaskKey;
}

/** Parses `owner/repo#int-5`. */
export function parseTaskRef(text: string): Result<TaskRef, OrchError> {
  const cut = text.lastIndexOf("#");
  if (cut < 0) return refuse(text, { kind: "task", example: "owner/repo#int-5" });
  const project = parseProjectId(text.slice(0, cut));
  if (!project.ok) return project;
  const id = parseTaskId(text.slice(cut + 1));
  return id.ok ? ok({ project: project.value, id: id.value }) : id;
}

/** The id of an internal task from its running number (1, 2, …). */
export function internalTaskId(number: number): TaskId {
  return `int-${number}` as TaskId;
}

/** True for tasks that live only in orch's own database. */
export function isInternalTask(id: TaskId): boolean {
  return id.startsWith("int-");
}

/** The number of a task's issue: its own id, or that of the issue which it became; undefined: it has none. */
export function issueNumberOf(task: {
  readonly id: TaskId;
  readonly issue?: { readonly number: number };
}): number | undefined {
  return isInternalTask(task.id) ? task.issue?.number : Number(task.id);
}

/**
 * The id of the session that serves `purpose` in one attempt (`agent`, `check-test`, …). The readable part may be cut
 * or fold characters; the 64-bit hash of the whole keeps ids distinct (SECURITY D20).
 */
export function sessionIdOf(ref: AttemptRef, purpose: string): SessionId {
  const whole = `${ref.project}#${ref.id}/${ref.attempt}/${purpose}`;
  const repo = ref.project.slice(ref.project.indexOf("/") + 1);
  const readable = `${repo}-${ref.id}-${ref.attempt}-${purpose}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 16);
  return `${readable.replace(/^-+/, "").slice(0, 60)}-${hash}` as SessionId;
}
