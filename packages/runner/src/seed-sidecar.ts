import {
  addUsage,
  costAt,
  noUsage,
  priceOfAny,
  type Attempt,
  type Json,
  type PriceTable,
  type Redactor,
  type Task,
} from "@orch/core";
import { redacted } from "@orch/security";

/** Sums in another order differ by less. */
const SAME_COST = 1e-9;

/** What `sidecar.json` is made of. */
export interface SidecarFacts {
  /** The task as it is after the attempt. */
  readonly task: Task;
  /** All its attempts, oldest first; the one that has just ended is the last. */
  readonly attempts: readonly Attempt[];
  /** The clone that the last attempt worked in; absent: it got none. */
  readonly worktree?: string;
  readonly prices?: PriceTable;
  /** Epoch milliseconds. */
  readonly now: number;
}

type Facts = Readonly<Record<string, Json | undefined>>;

/**
 * `sidecar.json` of a task as the first seed wrote it (seed rows A93, A95): every value a text, but `memory`. A key whose
 * fact orch does not have is absent. Redacted before values become JSON texts, in which a secret might look otherwise.
 */
export function seedSidecar(facts: SidecarFacts, redactor: Redactor): Readonly<Record<string, Json>> {
  const told = redacted<Facts>(redactor, { ...ofTask(facts), ...ofLast(facts), ...ofMoney(facts) });
  const entries = Object.entries(told).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, key === "memory" ? value : textOf(value)] as const],
  );
  return Object.fromEntries(entries);
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function ofTask({ task, attempts, worktree, now }: SidecarFacts): Facts {
  return {
    status: task.status,
    title: task.title,
    body: task.body,
    attempts: task.attempts,
    branch: task.branch,
    worktree,
    worktree_cleaned: worktree === undefined ? undefined : false,
    parent_id: task.parent,
    pr_number: task.pull?.number,
    limit_reroute_chain: joined(task.avoid, ","),
    review_started: false,
    review_cycles: task.rounds ?? 0,
    status_confirmed_at: new Date(now).toISOString(),
    memory: attempts.map(memoryOf),
  };
}

function memoryOf(attempt: Attempt): Json {
  const { report, verdict, assignment, model = assignment.model } = attempt;
  return {
    attempt: attempt.attempt,
    agent: assignment.agent,
    model: model ?? null,
    learnings: report?.learnings ?? [],
    error: verdict === undefined || verdict.kind === "pass" ? null : verdict.detail,
    files_modified: attempt.diff?.files.map(({ path }) => path) ?? report?.files ?? [],
    approach: report?.summary ?? "",
    timestamp: new Date(attempt.endedAt ?? attempt.startedAt).toISOString(),
  };
}

function ofLast({ attempts }: SidecarFacts): Facts {
  const last = attempts.at(-1);
  if (last === undefined) return {};
  const { assignment, report, model = assignment.model } = last;
  const parts = report?.delegations ?? [];
  return {
    summary: report?.summary,
    agent: assignment.agent,
    model,
    complexity: assignment.complexity,
    route_reason: assignment.why,
    agent_profile: assignment.profile === undefined ? undefined : { ...assignment.profile },
    selected_skills: joined(assignment.skills ?? [], ","),
    delegations: parts.length === 0 ? undefined : parts.map(partOf),
    ...ofFailures(attempts, last),
  };
}

function ofFailures(attempts: readonly Attempt[], { verdict, warnings = [] }: Attempt): Facts {
  const reasonOf = ({ verdict: of }: Pick<Attempt, "verdict">): string | undefined =>
    of === undefined || of.kind === "pass" ? undefined : of.reason;
  const refused = attempts.filter((attempt) => reasonOf(attempt) === "model_unavailable");
  const models = new Set(refused.flatMap(({ assignment }) => assignment.model ?? []));
  const failed = verdict === undefined || verdict.kind === "pass" ? undefined : verdict;
  return {
    last_error: failed?.detail,
    model_reroute_chain: joined([...models], ","),
    budget_warning: joined(
      warnings.filter((text) => text.includes("budget")),
      " ",
    ),
    budget_exceeded: failed?.reason === "budget_exceeded" ? true : undefined,
  };
}

function joined(words: readonly string[], by: string): string | undefined {
  return words.length === 0 ? undefined : words.join(by);
}

function partOf({ title, body, labels, suggestedAgent }: NonNullable<Attempt["report"]>["delegations"][number]): Json {
  return { title, body, labels, ...(suggestedAgent === undefined ? {} : { suggested_agent: suggestedAgent }) };
}

/** What all attempts used. The parts of the cost are known only where the price table, and no agent, made it. */
function ofMoney({ attempts, prices }: SidecarFacts): Facts {
  const { inputTokens, outputTokens, costUsd } = attempts.map(({ usage }) => usage).reduce(addUsage, noUsage);
  const split = attempts.map((attempt) => inputCost(attempt, prices));
  const known = split.every((part) => part !== undefined);
  const input = split.reduce<number>((sum, part) => sum + (part ?? 0), 0);
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_cost_usd: costUsd?.toFixed(6),
    ...(known && costUsd !== undefined
      ? { input_cost_usd: input.toFixed(6), output_cost_usd: (costUsd - input).toFixed(6) }
      : {}),
  };
}

/** What an attempt's input cost; undefined: its cost is unknown, or the agent's own figure. */
function inputCost({ usage, model, assignment }: Attempt, prices: PriceTable | undefined): number | undefined {
  if (usage.inputTokens + usage.outputTokens === 0) return 0;
  const price = prices === undefined ? undefined : priceOfAny(prices, [model, assignment.model]);
  if (price === undefined || usage.costUsd === undefined) return undefined;
  const isByTable = Math.abs(costAt(price, usage) - usage.costUsd) < SAME_COST;
  return isByTable ? costAt(price, { ...usage, outputTokens: 0 }) : undefined;
}
