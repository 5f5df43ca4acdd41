import {
  errorTable,
  reasonTable,
  reasons,
  taskStatuses,
  transitions,
  type ReasonAction,
  type ReasonMeaning,
} from "@orch/core";

import type { TextFile } from "../workspace.ts";
import { markdownTable } from "./markdown-table.ts";
import { readUnion, type Variant } from "./read-union.ts";

/** The sources of `@orch/core` whose doc comments become documents. */
export const DOCUMENTED_SOURCES = {
  taskEvents: "packages/core/src/task-event.ts",
  effects: "packages/core/src/effect.ts",
  agentEvents: "packages/core/src/agent-event.ts",
  sessionEvents: "packages/core/src/ports/sessions.ts",
} as const;

/** The texts of those sources. */
export type DocumentedSources = Readonly<Record<keyof typeof DOCUMENTED_SOURCES, TextFile>>;

/** `docs/errors.md`. */
export function errorsDocument(): string {
  const rows = Object.entries(errorTable).map(([code, { summary, exit, retryable }]) => [
    `\`${code}\``,
    String(exit),
    retryable ? "yes" : "",
    summary,
  ]);
  return [
    "# Errors",
    "Generated from `errorTable` in [`@orch/core`](../packages/core/src/errors.ts) by `pnpm run docs`.",
    "Every error has a code from this table, a message for people and, where something can be done, a hint. Programs look at the code alone: messages change. `exit` is what the command line exits with: 1 failed, 2 wrong use, 3 not found, 4 needs a person. An error that is retryable may be gone when the same call is made again.",
    markdownTable(["code", "exit", "retryable", "meaning"], rows),
  ]
    .join("\n\n")
    .concat("\n");
}

const ACTIONS: Readonly<Record<ReasonAction, string>> = {
  retry: "Tried again, by the same agent.",
  failover: "Tried again, by another agent where there is one.",
  wait: "Tried again when the service answers again, or by another agent, as `workflow.on_usage_limit` says. The attempt does not count when the service names the time.",
  person: "The task becomes `needs_review`: a person has to look.",
};

/** `docs/verdicts.md`. */
export function verdictsDocument(): string {
  const sections = (Object.keys(ACTIONS) as readonly ReasonAction[]).flatMap((action) => {
    const rows = reasons
      .filter((reason) => reasonTable[reason].action === action)
      .map((reason) => {
        const meaning: ReasonMeaning = reasonTable[reason];
        const { summary, hint, counts, delay, cooldown } = meaning;
        const rest = cooldown === undefined ? "" : `${cooldown.scope}, ${cooldown.ms / 60_000} min`;
        const how = action === "person" ? [] : [delay === "none" ? "none" : "doubles", rest, counts ? "yes" : "no"];
        return [`\`${reason}\``, ...how, summary, hint];
      });
    const how = action === "person" ? [] : ["delay", "rest", "counts"];
    return [`## ${action}`, ACTIONS[action], markdownTable(["reason", ...how, "meaning", "what to do"], rows)];
  });
  return [
    "# Verdicts",
    "Generated from `reasonTable` in [`@orch/core`](../packages/core/src/verdict.ts) by `pnpm run docs`.",
    "An attempt ends with `pass`, or with one reason of this closed set. The reason decides what follows.",
    "A delay doubles from `retry.base_seconds` up to `retry.max_seconds`. A failure that counts feeds two limits: `workflow.equal_failures` equal ones in a row, and `workflow.max_attempts` attempts in all; both end with a person.",
    "A rest is a time in which an agent, one of its accounts or one of its models is given no tasks; a time that the service names wins over the table's. Tasks go to whoever does not rest: another account, another model of the same agent, a free model, another agent. When nobody is left, the task waits for limits whose end is known, and else becomes `needs_review` with `agents_exhausted` (`workflow.on_exhausted: wait` waits for the first to come back). `orch agents` shows who rests; `orch task retry` ends all rests.",
    ...sections,
  ]
    .join("\n\n")
    .concat("\n");
}

/** `docs/events.md`. */
export function eventsDocument(sources: DocumentedSources): string {
  return [
    "# Events and effects",
    "Generated from the types of [`@orch/core`](../packages/core/src) and their doc comments by `pnpm run docs`.",
    "## Task events",
    "What happened to a task. Each is appended once, in one order over all tasks, under a key that is never accepted twice. `orch stream --json` and `GET /v1/events` give them with `seq`, `at`, `actor`, the task and its `status` afterwards.",
    variants("event", readUnion(sources.taskEvents, "TaskEvent")),
    "## Effects",
    "What orch does next. Effects are put into a queue in the transaction that decides them, and run afterwards, at least once; each looks before it acts. `round` is the task's version after that transaction: an effect whose task has moved on is stale and does nothing.",
    variants("effect", readUnion(sources.effects, "Effect")),
    "## Session events",
    "The lines of a session's `events.jsonl`, and of the `events-N.jsonl` that take over at event number N, each with `seq` and `at`. Followers resume after any `seq` without a gap or a repeat.",
    variants("line", readUnion(sources.sessionEvents, "SessionEvent")),
    "## Agent events",
    "What an agent did, in the same words for all agents: the `event` of an `agent` line.",
    variants("event", readUnion(sources.agentEvents, "AgentEvent")),
  ]
    .join("\n\n")
    .concat("\n");
}

function variants(what: string, list: readonly Variant[]): string {
  const rows = list.map(({ name, fields, doc }) => [
    `\`${name}\``,
    fields.map((field) => `\`${field}\``).join(", "),
    doc,
  ]);
  return markdownTable([what, "carries", "meaning"], rows);
}

/** The table of moves, for `docs/architecture.md`. */
export function transitionsTable(): string {
  const rows = taskStatuses.flatMap((from) => {
    const moves = Object.entries(transitions[from]);
    if (moves.length === 0) return [[`\`${from}\``, "", ""]];
    return moves.map(([event, to]) => [`\`${from}\``, `\`${event}\``, to.map((status) => `\`${status}\``).join(", ")]);
  });
  return markdownTable(["from", "event", "to"], rows);
}
