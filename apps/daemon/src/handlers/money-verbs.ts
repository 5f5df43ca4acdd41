import type { CommandResults } from "@orch/api";
import type { Dims, MetricSum, Store } from "@orch/core";

import { viewBudget } from "../forge-views.ts";
import { findProject, forgesAt, needTask } from "./place.ts";
import type { ApiServices, Handlers } from "./services.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DAYS = 30;
const PERIODS = [
  ["24 hours", 1],
  ["7 days", 7],
  ["30 days", 30],
] as const;
const LIMITS: ReadonlySet<string> = new Set(["rate_limited", "usage_limited", "overloaded"]);
const TIMED_OUT: ReadonlySet<string> = new Set(["wall_timeout", "silence", "no_progress"]);

type Row = CommandResults["cost"]["rows"][number];
/** A row before it is said which of its figures nobody told. */
type Sums = Record<Figure, number> & Pick<Row, "key" | "attempts" | "untoldAttempts">;
type Figure = "inputTokens" | "cachedInputTokens" | "outputTokens" | "countedTokens" | "unpricedTokens" | "costUsd";

const METRICS: Readonly<Record<Figure, string>> = {
  inputTokens: "input_tokens",
  cachedInputTokens: "cached_tokens",
  outputTokens: "output_tokens",
  countedTokens: "counted_tokens",
  unpricedTokens: "unpriced_tokens",
  costUsd: "cost_usd",
};

/** What was used up, and how attempts fared (seed rows A143, A145). */
export const moneyHandlers: Handlers<"cost" | "metrics"> = {
  async cost(services, args) {
    const now = services.clock.now();
    const days = args.days ?? DAYS;
    const by = rowOf(args);
    const keeps = await scopeOf(services, args);
    const since = args.task === undefined || by === "day" ? startOfDay(now) - (days - 1) * DAY_MS : 0;
    const read = (from: number): Promise<Table> => readTable(services.store, { since: from, keeps });
    const whole = await read(since);
    const rows = await rowsBy(by, { whole, read, now, days });
    const total = asRow(whole.sum("total", () => true));
    return { by, since, rows: rows.map((row) => asRow(row)), total, pricesAsOf: await pricesOf(services, args) };
  },
  async metrics(services, args) {
    const hours = args.hours ?? 24;
    const since = services.clock.now() - hours * HOUR_MS;
    const keeps = await scopeOf(services, args);
    const ended = (await services.store.metrics({ name: "attempt_ms", since })).filter(({ dims }) => keeps(dims));
    const forges = await forgesAt(services, args.all === true ? {} : args);
    return {
      hours,
      ...fates(ended),
      byAgent: byAgent(ended),
      byComplexity: byComplexity(ended),
      webhooks: await services.webhooks.day(),
      forges: forges.map((forge) => viewBudget(forge)),
    };
  },
};

type Arguments = Parameters<(typeof moneyHandlers)["cost"]>[1];

/** What there is one row for. */
function rowOf({ summary, by, agent, model, task }: Arguments): CommandResults["cost"]["by"] {
  if (summary === true) return "period";
  if (by !== undefined) return by;
  if (agent === true) return "agent";
  return model === true || task !== undefined ? "model" : "agent";
}

/** Which measured values count: those of a task, of a project, or all. */
async function scopeOf(
  services: ApiServices,
  args: Pick<Arguments, "project" | "folder" | "task" | "all">,
): Promise<(dims: Dims) => boolean> {
  if (args.task !== undefined) {
    const task = await needTask(services, args.task, args);
    return (dims) => dims["project"] === task.project && dims["task"] === task.id;
  }
  const project = args.all === true ? undefined : await findProject(services, args);
  return (dims) => project === undefined || dims["project"] === project.id;
}

async function pricesOf(services: ApiServices, args: Arguments): Promise<string | null> {
  const project = await findProject(services, args);
  const known = project?.settings ?? services.projects.list()[0];
  return known?.prices?.asOf ?? null;
}

interface Table {
  sum(key: string, keeps: (dims: Dims) => boolean): Sums;
  readonly dims: readonly Dims[];
}

async function readTable(
  store: Store,
  query: { readonly since: number; readonly keeps: (dims: Dims) => boolean },
): Promise<Table> {
  const read = async (name: string): Promise<readonly MetricSum[]> =>
    (await store.metrics({ name, since: query.since })).filter(({ dims }) => query.keeps(dims));
  const figures = await Promise.all(
    Object.entries(METRICS).map(async ([figure, name]) => [figure, await read(name)] as const),
  );
  const ended = await read("attempt_ms");
  const untold = await read("untold");
  // Whoever only answers and reviews has no attempts.
  const answered = await read(METRICS.countedTokens);
  return {
    dims: [...ended, ...answered].map(({ dims }) => dims),
    sum(key, keeps) {
      const total = (sums: readonly MetricSum[]): number =>
        sums.filter(({ dims }) => keeps(dims)).reduce((sum, metric) => sum + metric.sum, 0);
      const values = Object.fromEntries(figures.map(([figure, sums]) => [figure, total(sums)]));
      const count = (sums: readonly MetricSum[]): number =>
        sums.filter(({ dims }) => keeps(dims)).reduce((sum, metric) => sum + metric.count, 0);
      return { key, attempts: count(ended), untoldAttempts: count(untold), ...zero, ...values };
    },
  };
}

const zero: Readonly<Record<Figure, number>> = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  countedTokens: 0,
  unpricedTokens: 0,
  costUsd: 0,
};

/** What a measured value without this word of its own is about. */
const MISSING: Readonly<Record<string, string>> = { purpose: "attempt" };

interface RowInput {
  readonly whole: Table;
  readonly read: (since: number) => Promise<Table>;
  readonly now: number;
  readonly days: number;
}

async function rowsBy(by: CommandResults["cost"]["by"], input: RowInput): Promise<readonly Sums[]> {
  const { whole, read, now, days } = input;
  if (by === "period") {
    return Promise.all(
      PERIODS.map(async ([name, length]) => (await read(now - length * DAY_MS)).sum(name, () => true)),
    );
  }
  if (by === "day") return daysBack(now, days, read);
  const nameOf = (dims: Dims): string =>
    by === "task" ? `${dims["project"] ?? "?"}#${dims["task"] ?? "?"}` : (dims[by] ?? MISSING[by] ?? "?");
  const names = [...new Set(whole.dims.map((dims) => nameOf(dims)))];
  const rows = names.map((name) => whole.sum(name, (dims) => nameOf(dims) === name));
  return rows.toSorted((left, right) => right.costUsd - left.costUsd || right.countedTokens - left.countedTokens);
}

/** Each day by UTC, the newest first; days without anything are left out. */
async function daysBack(now: number, days: number, read: RowInput["read"]): Promise<readonly Sums[]> {
  const starts = Array.from({ length: days }, (_, index) => startOfDay(now) - index * DAY_MS);
  const rows: Sums[] = [];
  let after: Sums | undefined;
  for (const start of starts) {
    const since = (await read(start)).sum(new Date(start).toISOString().slice(0, 10), () => true);
    const day = after === undefined ? since : minus(since, after);
    if (day.attempts > 0 || day.countedTokens > 0) rows.push(day);
    after = since;
  }
  return rows;
}

function minus(all: Sums, later: Sums): Sums {
  const less = (figure: Figure): number => all[figure] - later[figure];
  return {
    key: all.key,
    attempts: all.attempts - later.attempts,
    untoldAttempts: all.untoldAttempts - later.untoldAttempts,
    inputTokens: less("inputTokens"),
    cachedInputTokens: less("cachedInputTokens"),
    outputTokens: less("outputTokens"),
    countedTokens: less("countedTokens"),
    unpricedTokens: less("unpricedTokens"),
    costUsd: less("costUsd"),
  };
}

/** Nothing but silence is no zero. */
function asRow(sums: Sums): Row {
  const { key, attempts, untoldAttempts, ...figures } = sums;
  const isTold = untoldAttempts === 0 || Object.values(figures).some((figure) => figure !== 0);
  return isTold ? sums : { key, attempts, untoldAttempts, ...nobodyTold };
}

const nobodyTold: Readonly<Record<Figure, null>> = {
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  countedTokens: null,
  unpricedTokens: null,
  costUsd: null,
};

function startOfDay(now: number): number {
  return now - (now % DAY_MS);
}

type Metrics = CommandResults["metrics"];

function fates(ended: readonly MetricSum[]): Pick<Metrics, "attempts" | "passed" | "failed" | "limited" | "outcomes"> {
  const counts = new Map<string, number>();
  for (const { dims, count } of ended) {
    const outcome = dims["outcome"] ?? "unknown";
    counts.set(outcome, (counts.get(outcome) ?? 0) + count);
  }
  const outcomes = [...counts].map(([outcome, count]) => ({ outcome, count }));
  const of = (keeps: (outcome: string) => boolean): number =>
    outcomes.filter(({ outcome }) => keeps(outcome)).reduce((sum, { count }) => sum + count, 0);
  const attempts = of(() => true);
  const passed = of((outcome) => outcome === "pass");
  return {
    attempts,
    passed,
    failed: attempts - passed,
    limited: of((outcome) => LIMITS.has(outcome)),
    outcomes: outcomes.toSorted((left, right) => right.count - left.count),
  };
}

function byAgent(ended: readonly MetricSum[]): Metrics["byAgent"] {
  return groupsOf(ended, "agent").map(([agent, sums]) => {
    const { attempts, passed, outcomes } = fates(sums);
    const timedOut = outcomes
      .filter(({ outcome }) => TIMED_OUT.has(outcome))
      .reduce((sum, { count }) => sum + count, 0);
    return { agent, attempts, passed, timedOut, successRate: attempts === 0 ? 0 : passed / attempts };
  });
}

function byComplexity(ended: readonly MetricSum[]): Metrics["byComplexity"] {
  return groupsOf(ended, "complexity").map(([complexity, sums]) => {
    const attempts = sums.reduce((sum, { count }) => sum + count, 0);
    const ms = sums.reduce((sum, metric) => sum + metric.sum, 0);
    return { complexity, attempts, averageSeconds: attempts === 0 ? 0 : Math.round(ms / attempts / 100) / 10 };
  });
}

function groupsOf(ended: readonly MetricSum[], name: string): readonly (readonly [string, readonly MetricSum[]])[] {
  return [...Map.groupBy(ended, ({ dims }) => dims[name] ?? "?")];
}
