import type { Attempt } from "./attempt.ts";
import type { AgentName, ProjectId } from "./ids.ts";
import type { Complexity, Task } from "./task.ts";
import type { Reason } from "./verdict.ts";

/**
 * What one decided task says about one agent with one model. `landed`: its work was taken as it was made; `reworked`:
 * after it had been asked for more; `lost`: the task was given up, or somebody else's work was taken.
 */
export interface Landing {
  readonly project: ProjectId;
  /** The kind of work, see `kindOfTask`. */
  readonly kind?: string;
  readonly complexity: Complexity;
  readonly agent: AgentName;
  /** Absent: the agent's own default. */
  readonly model?: string;
  readonly fate: "landed" | "reworked" | "lost";
  /** How often more was asked for; 0 unless `reworked`. */
  readonly reworks: number;
  /** What its attempts cost together, in US dollars; absent: not known of each. */
  readonly costUsd?: number;
  /** The end of its last attempt that counts, in epoch milliseconds. */
  readonly at: number;
}

/**
 * Reasons that say something about whoever did the work. All others (limits, logins, the network, missing programs, a
 * person's stop, a daemon's death) are not the agent's fault.
 */
const OWN_FAULTS: ReadonlySet<Reason> = new Set<Reason>([
  "agent_failed",
  "agent_incomplete",
  "invalid_output",
  "checks_failed",
  "wrong_branch",
  "left_processes",
  "silence",
  "no_progress",
  "wall_timeout",
  "output_limit",
  "quota_exceeded",
  "context_overflow",
  "no_changes",
  "agent_blocked",
  "wrote_outside",
  "protected_path",
  "secret_found",
  "unsafe_tree",
  "too_large",
  "diff_budget_exceeded",
  "test_command_failed",
  "hard_failure",
  "missing_evidence",
  "safety_violation",
  "agent_push_disallowed",
  "review_limit",
  "review_rejected",
  "ci_failing",
  "pull_closed",
]);

/** Words of labels that name a kind of work, as forges and people write them. */
const KINDS: Readonly<Record<string, string>> = {
  bug: "bug",
  fix: "bug",
  feature: "feature",
  enhancement: "feature",
  documentation: "docs",
  docs: "docs",
  refactor: "refactor",
  refactoring: "refactor",
  test: "test",
  tests: "test",
  chore: "chore",
  performance: "performance",
  security: "security",
};
const KIND_LABEL = /^(?:type|kind)[:/]\s*([a-z][a-z0-9_-]{0,29})$/;

/** The kind of a task by its labels: `type:x` or `kind/x` first, else a usual word such as `bug`; undefined: none says. */
export function kindOfTask({ labels }: Pick<Task, "labels">): string | undefined {
  const words = labels.map((label) => label.trim().toLowerCase());
  const said = words.map((word) => KIND_LABEL.exec(word)?.[1]).find((kind) => kind !== undefined);
  const kind = said ?? words.find((word) => Object.hasOwn(KINDS, word));
  return kind !== undefined && Object.hasOwn(KINDS, kind) ? KINDS[kind] : kind;
}

/**
 * What a task says about those who worked on it: nothing until it is decided, and one `Landing` for each agent and model
 * afterwards. Derived from what is stored, so a task that is opened again says nothing until it is decided anew, and no
 * end counts twice.
 */
export function landingsOf(task: Task, attempts: readonly Attempt[]): readonly Landing[] {
  const end = endOf(task, attempts);
  if (end === undefined) return [];
  const judged = attempts.filter((attempt) => judge(attempt) !== undefined);
  const kind = kindOfTask(task);
  return [...Map.groupBy(judged, armOf).values()].flatMap((own) => {
    const last = own.at(-1);
    if (last?.endedAt === undefined) return [];
    const { agent, model, complexity } = last.assignment;
    const costUsd = sumOfCosts(own);
    return {
      project: task.project,
      complexity,
      agent,
      ...fateOf(end, own),
      at: last.endedAt,
      ...(kind === undefined ? {} : { kind }),
      ...(model === undefined ? {} : { model }),
      ...(costUsd === undefined ? {} : { costUsd }),
    };
  });
}

/** How a task was decided; `by`: whose work was taken; `isChanged`: a person changed it before. */
type End = { readonly kind: "lost" } | { readonly kind: "taken"; readonly by: string; readonly isChanged: boolean };

function endOf(task: Task, attempts: readonly Attempt[]): End | undefined {
  switch (task.status) {
    case "done":
      return takenIn(task, attempts);
    case "cancelled":
      return { kind: "lost" };
    case "needs_review":
      return OWN_FAULTS.has(task.reason) || isOwnFault(attempts.at(-1)) ? { kind: "lost" } : undefined;
    default:
      return undefined;
  }
}

function takenIn({ outcome }: Extract<Task, { status: "done" }>, attempts: readonly Attempt[]): End | undefined {
  if (outcome.kind === "unchanged") return undefined;
  if (outcome.kind === "closed") {
    // Closed as done without a merge: nobody knows whose work that was.
    const last = outcome.mergeCommit === undefined ? undefined : attempts.findLast((one) => judge(one) === "pass");
    return last && { kind: "taken", by: armOf(last), isChanged: isOther(outcome.head, last.commit) };
  }
  const { result } = outcome;
  const made = attempts.find(({ attempt }) => attempt === result.attempt);
  const head = outcome.kind === "merged" ? outcome.head : undefined;
  return made && { kind: "taken", by: armOf(made), isChanged: isOther(head, result.commit) };
}

function isOther(merged: string | undefined, made: string | undefined): boolean {
  return merged !== undefined && merged !== made;
}

function fateOf(end: End, own: readonly Attempt[]): Pick<Landing, "fate" | "reworks"> {
  if (end.kind === "lost") return { fate: "lost", reworks: 0 };
  const last = own.at(-1);
  const isTaken = last !== undefined && end.by === armOf(last);
  // Work that had passed and that somebody else went on with is a part of what was taken.
  if (!isTaken && (last === undefined || judge(last) !== "pass")) return { fate: "lost", reworks: 0 };
  const reworks = own.length - 1 + (end.isChanged ? 1 : 0) + (isTaken ? 0 : 1);
  return { fate: reworks === 0 ? "landed" : "reworked", reworks };
}

/** What an attempt says about its agent; undefined: nothing. */
function judge({ endedAt, updates, verdict }: Attempt): "pass" | "fault" | undefined {
  if (endedAt === undefined || updates !== undefined || verdict === undefined) return undefined;
  if (verdict.kind === "pass") return "pass";
  return OWN_FAULTS.has(verdict.reason) ? "fault" : undefined;
}

function isOwnFault(attempt: Attempt | undefined): boolean {
  return attempt !== undefined && judge(attempt) === "fault";
}

function armOf({ assignment: { agent, model } }: Attempt): string {
  return `${agent} ${model ?? ""}`;
}

function sumOfCosts(attempts: readonly Attempt[]): number | undefined {
  const costs = attempts.flatMap(({ usage }) => (usage.costUsd === undefined ? [] : [usage.costUsd]));
  return costs.length < attempts.length ? undefined : costs.reduce((sum, cost) => sum + cost, 0);
}
