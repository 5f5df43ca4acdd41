import type { ForgeRole } from "@orch/core";

/** What somebody asks for in a comment. */
export interface IssueCommand {
  readonly name: CommandName;
  /** The rest of its line. */
  readonly words: string;
}

/** Who may give a command: a role and all above it. */
export type CommandTier = "read" | "write" | "admin";

interface CommandMeaning {
  readonly tier: CommandTier;
  readonly usage: string;
  readonly summary: string;
}

/** Every command of an issue's comments (seed rows A117–A119). */
export const issueCommands = {
  retry: { tier: "write", usage: "/retry [note]", summary: "Tries again, with all counters reset." },
  reroute: { tier: "write", usage: "/reroute [agent]", summary: "Tries again with another agent, or with this one." },
  block: { tier: "write", usage: "/block [reason]", summary: "Holds the task back until somebody retries it." },
  unblock: { tier: "write", usage: "/unblock", summary: "Lets it go on although it waits." },
  close: { tier: "write", usage: "/close", summary: "Ends the task and closes the issue." },
  review: { tier: "write", usage: "/review", summary: "Has the result looked at once more." },
  assign: { tier: "write", usage: "/assign <agent>", summary: "Names the agent of the next attempt." },
  context: { tier: "write", usage: "/context <text>", summary: "Adds something for whoever works on it next." },
  priority: { tier: "write", usage: "/priority low|medium|high", summary: "Changes how soon it is begun." },
  approve: {
    tier: "write",
    usage: "/approve",
    summary: "Lets orch work on a stranger's issue as it is now; merges a result as soon as its checks are green.",
  },
  merge: { tier: "write", usage: "/merge", summary: "Merges the result as soon as its checks are green." },
  status: { tier: "read", usage: "/status", summary: "Tells how the task stands." },
  help: { tier: "read", usage: "/help", summary: "Lists these commands." },
} as const satisfies Readonly<Record<string, CommandMeaning>>;

/** The name of a command. */
export type CommandName = keyof typeof issueCommands;

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const COMMAND = /^\s*\/([A-Za-z][A-Za-z_-]{1,30})(?=\s|$)(.*)$/;
const MOST_WORDS = 8_000;

/**
 * The first known command of a comment (seed row A117), or the first unknown one, or nothing. Code, quotes and hidden
 * passages hold none; a path such as `/usr/bin` is none.
 */
export function commandIn(body: string): IssueCommand | { readonly unknown: string } | undefined {
  let unknown: string | undefined;
  for (const line of spokenLines(body)) {
    const [, name = "", words = ""] = COMMAND.exec(line) ?? [];
    const known = name.toLowerCase();
    if (isCommand(known)) return { name: known, words: words.trim().slice(0, MOST_WORDS) };
    if (name !== "") unknown ??= name;
  }
  return unknown === undefined ? undefined : { unknown };
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(issueCommands, name);
}

/** What a person says in a comment themselves: no code, no quotes, nothing hidden. */
export function spokenLines(body: string): readonly string[] {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of body.replaceAll(/<!--[\s\S]*?(?:-->|$)/g, "").split(/\r\n|\r|\n/)) {
    const [, mark] = FENCE.exec(line) ?? [];
    if (fence !== undefined) {
      if (mark !== undefined && mark.startsWith(fence) && line.trim() === mark) fence = undefined;
      continue;
    }
    fence = mark;
    // Four blanks make code of a line, `>` a quote.
    if (mark === undefined && !/^(?: {4}|\t|\s*>)/.test(line)) lines.push(line);
  }
  return lines;
}

const RANKS: Readonly<Record<ForgeRole, number>> = { none: 0, read: 1, triage: 1, write: 2, maintain: 3, admin: 3 };
const NEEDED: Readonly<Record<CommandTier, number>> = { read: 1, write: 2, admin: 3 };

/** Whether a role may give commands of a tier (seed rule U26). */
export function mayCommand(role: ForgeRole, tier: CommandTier): boolean {
  return RANKS[role] >= NEEDED[tier];
}

/** The answer to `/help`. */
export function helpText(): string {
  const rows = Object.values(issueCommands).map(
    ({ usage, summary }) => `| \`${usage.replaceAll("|", "\\|")}\` | ${summary} |`,
  );
  return ["| command | what it does |", "| --- | --- |", ...rows].join("\n");
}
