import { createHash } from "node:crypto";

import type { BranchName, TaskRef } from "./ids.ts";

/** Ports next to each other that one task has to itself. */
export interface PortBlock {
  /** 1 to 65535. */
  readonly first: number;
  /** At least 1. */
  readonly count: number;
}

/** A task's block: from its first attempt until its clone goes, over restarts of the daemon. */
export interface PortLease extends TaskRef, PortBlock {}

/** Where blocks are taken from: `size` ports each, from `base` up to `last`, the last one included. */
export interface PortRules {
  readonly base: number;
  /** 0: tasks get no ports. */
  readonly size: number;
  readonly last: number;
}

/** What a project's sessions find in their environment, beside what orch tells of the task. */
export interface EnvironmentSettings {
  readonly ports: PortRules;
  /** Templates by variable, as the person's own file says. */
  readonly variables: Readonly<Record<string, string>>;
  /** The same of the repository's file: for its hooks and checks, and for agents of a trusted project. */
  readonly projectVariables: Readonly<Record<string, string>>;
}

/** What a task's variables are made from. */
export interface EnvironmentFacts {
  readonly task: TaskRef;
  readonly branch: BranchName;
  /** Absolute path. */
  readonly clone: string;
  /** Absent: the task has none. */
  readonly ports?: PortBlock;
}

/** What templates may hold, besides `{{port_0}}` and on. */
export const environmentPlaceholders = ["port", "task", "slug", "branch", "clone", "db", "compose"] as const;

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const NUMBERED = /^port_(0|[1-9]\d{0,3})$/;
const NAME_HASH = 8;
const MOST_REPOSITORY = 20;
const MOST_ID = 16;
/** A label of a host name holds 63. */
const MOST_SLUG = 40;

/** The blocks that touch no leased one, lowest first. */
export function* freeBlocks(rules: PortRules, leased: readonly PortBlock[]): Generator<PortBlock> {
  const { base, size, last } = rules;
  if (size < 1) return;
  for (let first = base; first + size - 1 <= last; first += size) {
    const block = { first, count: size };
    if (!leased.some((other) => blocksTouch(block, other))) yield block;
  }
}

/** True when two blocks have a port in common. */
export function blocksTouch(left: PortBlock, right: PortBlock): boolean {
  return left.first < right.first + right.count && right.first < left.first + left.count;
}

/** Names for what a task has to itself outside its clone, unique per task. */
export interface TaskNames {
  /** A name of a Compose project: lower case letters, digits and dashes. */
  readonly compose: string;
  /** A name of a database: lower case letters, digits and underscores, at most 63. */
  readonly database: string;
}

/** The names of a task, from its project and id alone: the same over attempts, restarts and new titles. */
export function taskNames(task: TaskRef): TaskNames {
  const repository = task.project.slice(task.project.indexOf("/") + 1);
  const hash = createHash("sha256").update(`${task.project}#${task.id}`).digest("hex").slice(0, NAME_HASH);
  const parts = [wordOf(repository).slice(0, MOST_REPOSITORY), wordOf(task.id).slice(0, MOST_ID), hash];
  const words = ["orch", ...parts.filter((part) => part !== "")];
  return { compose: words.join("-"), database: words.join("_").replaceAll("-", "_") };
}

/** The placeholders of a template that mean nothing, or a port that a block of `size` does not have. */
export function strangePlaceholders(template: string, size: number): readonly string[] {
  const names = [...template.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
  return names.filter((name) => {
    if (name === "port") return size < 1;
    const number = NUMBERED.exec(name)?.[1];
    if (number !== undefined) return Number(number) >= size;
    return !environmentPlaceholders.some((known) => known === name);
  });
}

/** What orch itself tells every session of a task. */
export function taskVariables(facts: EnvironmentFacts): Readonly<Record<string, string>> {
  const { task, branch, clone } = facts;
  const names = taskNames(task);
  return {
    ORCH_TASK_ID: task.id,
    ORCH_TASK_SLUG: slugOfBranch(branch),
    ORCH_BRANCH: branch,
    ORCH_CLONE: clone,
    ORCH_DB_NAME: names.database,
    COMPOSE_PROJECT_NAME: names.compose,
    ...portVariables(facts.ports),
  };
}

/** The variables of templates. One whose port the task's block does not have is left out. */
export function filledVariables(
  templates: Readonly<Record<string, string>>,
  facts: EnvironmentFacts,
): Readonly<Record<string, string>> {
  const filled = Object.entries(templates).map(([name, template]) => [name, fill(template, facts)] as const);
  return Object.fromEntries(filled.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** The variables of templates that are the same for every task. */
export function plainVariables(templates: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(templates).filter(([, template]) => template.match(PLACEHOLDER) === null));
}

function portVariables(ports: PortBlock | undefined): Record<string, string> {
  if (ports === undefined) return {};
  const numbered = Array.from({ length: ports.count }, (_, index) => [`ORCH_PORT_${index}`, ports.first + index]);
  const all = [["ORCH_PORT", ports.first], ["ORCH_PORT_COUNT", ports.count], ...numbered] as const;
  return Object.fromEntries(all.map(([name, value]) => [name, String(value)]));
}

function fill(template: string, facts: EnvironmentFacts): string | undefined {
  let whole = true;
  const text = template.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = valueOf(name, facts);
    whole &&= value !== undefined;
    return value ?? "";
  });
  return whole ? text : undefined;
}

function valueOf(name: string, facts: EnvironmentFacts): string | undefined {
  const { task, branch, clone, ports } = facts;
  const names = taskNames(task);
  const plain: Readonly<Record<string, string>> = {
    task: task.id,
    slug: slugOfBranch(branch),
    branch,
    clone,
    db: names.database,
    compose: names.compose,
  };
  if (Object.hasOwn(plain, name)) return plain[name];
  const index = name === "port" ? 0 : Number(NUMBERED.exec(name)?.[1] ?? Infinity);
  return ports === undefined || index >= ports.count ? undefined : String(ports.first + index);
}

/** A branch as one word that host names, files and containers can hold. */
function slugOfBranch(branch: BranchName): string {
  return wordOf(branch).slice(0, MOST_SLUG).replace(/-+$/, "") || "task";
}

function wordOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}
