import type { ForgeRole } from "@orch/core";

import type { VerbName } from "./registry.ts";
import type { Param, Tier } from "./spec.ts";

/** A command that people write in a comment below an issue or a pull request: `/name argument`. It is about that task. */
export interface IssueCommand {
  /** One lower-case word, without the slash. */
  readonly name: string;
  /** One sentence without a full stop. */
  readonly summary: string;
  readonly tier: Tier;
  /** The verb that it is; absent: it exists on issues alone. */
  readonly verb?: VerbName;
  /** What may stand behind it; `joined`: the rest of the comment, else one word. */
  readonly argument?: Param;
}

/** Every command of issues. Parsing, tiers, help and documents come from this list. */
export const issueCommands = [
  {
    name: "retry",
    summary: "Try the task again, with its counters reset; what follows is told to the agent",
    tier: "write",
    verb: "task retry",
    argument: { kind: "text", summary: "What the next attempt should know", joined: true, shows: "note", max: 20_000 },
  },
  {
    name: "reroute",
    summary:
      "Try the task again with another agent than before, or with the one that is named; labels of agents are taken off",
    tier: "write",
    argument: { kind: "text", summary: "The agent", shows: "agent", max: 40 },
  },
  {
    name: "block",
    summary: "Stop the task until somebody unblocks it",
    tier: "write",
    argument: { kind: "text", summary: "The reason", joined: true, shows: "reason", max: 1000 },
  },
  {
    name: "unblock",
    summary: "Let a task go on that waits for others or for a person",
    tier: "write",
    verb: "task unblock",
  },
  {
    name: "close",
    summary: "Give the task up and close the issue",
    tier: "write",
    verb: "task cancel",
    argument: { kind: "text", summary: "The reason", joined: true, shows: "reason", max: 1000 },
  },
  { name: "review", summary: "Have the result reviewed by an agent, once more if it was before", tier: "write" },
  {
    name: "assign",
    summary: "Have this agent do the task from now on",
    tier: "write",
    argument: { kind: "text", summary: "The agent", required: true, shows: "agent", max: 40 },
  },
  {
    name: "context",
    summary: "Tell the task something: the agent at work, where it listens, or the next attempt",
    tier: "write",
    argument: {
      kind: "text",
      summary: "What it should know",
      required: true,
      joined: true,
      shows: "text",
      max: 20_000,
    },
  },
  {
    name: "priority",
    summary: "Say how urgent the task is",
    tier: "write",
    argument: { kind: "text", summary: "How urgent", required: true, choices: ["low", "medium", "high"] },
  },
  {
    name: "approve",
    summary: "Let a stranger's issue in, as the text that is named; or approve a result for its merge",
    tier: "write",
    verb: "task trust",
    argument: { kind: "text", summary: "The name of the text, as orch gave it", shows: "name", max: 64 },
  },
  {
    name: "merge",
    summary: "Merge the result, when it is proven and nothing stands against it",
    tier: "write",
    verb: "task merge",
  },
  { name: "status", summary: "Show how the task is", tier: "read", verb: "task get" },
  { name: "help", summary: "Show these commands", tier: "read" },
] as const satisfies readonly IssueCommand[];

/** The name of a command of issues. */
export type IssueCommandName = (typeof issueCommands)[number]["name"];

const TIERS: Readonly<Record<ForgeRole, Tier | undefined>> = {
  admin: "admin",
  maintain: "admin",
  write: "write",
  triage: "read",
  read: "read",
  none: undefined,
};

/** The tier of a role on a forge (U26); undefined: no command at all. */
export function tierOfRole(role: ForgeRole): Tier | undefined {
  return TIERS[role];
}

const ORDER: readonly Tier[] = ["read", "write", "admin"];

/** True when somebody of a tier may use what asks for another. */
export function mayUse(tier: Tier | undefined, asked: Tier): boolean {
  return tier !== undefined && ORDER.indexOf(tier) >= ORDER.indexOf(asked);
}

/** How a command is written: `/reroute [agent]`. */
export function issueCommandUsage({ name, argument }: IssueCommand): string {
  if (argument === undefined) return `/${name}`;
  const shows = argument.choices?.join("|") ?? argument.shows ?? "text";
  return argument.required === true ? `/${name} <${shows}>` : `/${name} [${shows}]`;
}
