import {
  addUsage,
  countedTokens,
  noUsage,
  priceOf,
  type BudgetCap,
  type Budgets,
  type RunLimits,
  type Usage,
} from "@orch/core";

import type { StepContext } from "./context.ts";

const WARN_AT = 0.8;
const DAY_MS = 86_400_000;

/** What an attempt may use up, and what a person should know about it. */
export interface Allowance {
  readonly limits: Pick<RunLimits, "tokens" | "costUsd" | "price">;
  /** Why nothing is left; absent: something is. */
  readonly exhausted?: string;
  /** Budgets of which 80 % are used up, one sentence each. */
  readonly warnings: readonly string[];
}

interface Spent {
  readonly tokens: number;
  readonly usd: number;
}

const SCOPES: Readonly<Record<keyof Budgets, string>> = {
  task: "this task's budget",
  project: "the project's budget",
  daily: "the day's budget",
};

/** What the budgets leave for this attempt: of each figure the least that any of them has left. */
export async function allowanceOf(context: StepContext): Promise<Allowance> {
  const { budgets, prices } = context.project;
  const price = prices === undefined ? undefined : priceOf(prices, modelOf(context));
  const limits = price === undefined ? {} : { price };
  if (budgets === undefined) return { limits, warnings: [] };
  const lines = (await rows(context, budgets)).flatMap(({ scope, cap, spent }) => [
    ...line({ scope, unit: "tokens", most: cap.tokens, used: spent.tokens }),
    ...line({ scope, unit: "usd", most: cap.usd, used: spent.usd }),
  ]);
  const [exhausted] = lines.filter(({ left }) => left <= 0);
  const tokens = Math.min(...lines.filter(({ unit }) => unit === "tokens").map(({ left }) => left));
  const costUsd = Math.min(...lines.filter(({ unit }) => unit === "usd").map(({ left }) => left));
  return {
    limits: {
      ...limits,
      ...(tokens === Number.POSITIVE_INFINITY ? {} : { tokens }),
      ...(costUsd === Number.POSITIVE_INFINITY ? {} : { costUsd }),
    },
    warnings: lines.filter(({ share }) => share >= WARN_AT).map(({ text }) => text),
    ...(exhausted === undefined ? {} : { exhausted: exhausted.text }),
  };
}

/** The warnings that a finished run adds to those from before it. */
export function warningsAfter(budgets: Budgets | undefined, spent: { readonly task: Usage }): readonly string[] {
  const { tokens, usd } = budgets?.task ?? {};
  return [
    ...line({ scope: "task", unit: "tokens", most: tokens, used: countedTokens(spent.task) }),
    ...line({ scope: "task", unit: "usd", most: usd, used: spent.task.costUsd ?? 0 }),
  ]
    .filter(({ share }) => share >= WARN_AT)
    .map(({ text }) => text);
}

/** What all earlier attempts of the task have used. */
export async function usedBefore({ deps, ref }: StepContext): Promise<Usage> {
  const earlier = (await deps.store.attempts(ref)).filter(({ attempt }) => attempt < ref.attempt);
  return earlier.reduce((sum, { usage }) => addUsage(sum, usage), noUsage);
}

function modelOf({ assignment, settings }: StepContext): string | undefined {
  return assignment.model ?? settings.model;
}

interface Row {
  readonly scope: keyof Budgets;
  readonly cap: BudgetCap;
  readonly spent: Spent;
}

async function rows(context: StepContext, budgets: Budgets): Promise<readonly Row[]> {
  const { ref, deps } = context;
  const now = deps.clock.now();
  const before = await usedBefore(context);
  const task = { tokens: countedTokens(before), usd: before.costUsd ?? 0 };
  return [
    { scope: "task", cap: budgets.task, spent: task },
    ...(await capped(context, { scope: "project", cap: budgets.project, since: 0, project: ref.project })),
    ...(await capped(context, { scope: "daily", cap: budgets.daily, since: now - (now % DAY_MS) })),
  ];
}

/** Sums are only asked for where there is a cap. */
async function capped(
  { deps }: StepContext,
  from: { readonly scope: keyof Budgets; readonly cap: BudgetCap; readonly since: number; readonly project?: string },
): Promise<readonly Row[]> {
  const { scope, cap, since, project } = from;
  if (cap.tokens === undefined && cap.usd === undefined) return [];
  const total = async (name: string): Promise<number> =>
    (await deps.store.metrics({ name, since }))
      .filter(({ dims }) => project === undefined || dims["project"] === project)
      .reduce((sum, metric) => sum + metric.sum, 0);
  return [{ scope, cap, spent: { tokens: await total("counted_tokens"), usd: await total("cost_usd") } }];
}

interface Line {
  readonly unit: "tokens" | "usd";
  readonly left: number;
  readonly share: number;
  readonly text: string;
}

function line(figure: {
  readonly scope: keyof Budgets;
  readonly unit: "tokens" | "usd";
  readonly most: number | undefined;
  readonly used: number;
}): readonly Line[] {
  const { scope, unit, most, used } = figure;
  if (most === undefined) return [];
  const share = used / most;
  const shown = unit === "tokens" ? `${used} of ${most} tokens` : `$${used.toFixed(4)} of $${most.toFixed(2)}`;
  return [
    { unit, left: most - used, share, text: `${Math.floor(share * 100)} % of ${SCOPES[scope]} are used: ${shown}.` },
  ];
}
