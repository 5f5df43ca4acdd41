import {
  addUsage,
  countedTokens,
  noUsage,
  priceOfAny,
  runningUsage,
  type AgentEvent,
  type BudgetCap,
  type Budgets,
  type ModelPrice,
  type RunLimits,
  type RunPricing,
  type Usage,
} from "@orch/core";

import type { StepContext } from "./context.ts";
import { withoutFigures } from "./journal.ts";
import { timeLeft } from "./session-limits.ts";
import type { Metered, Spent } from "./spend-meter.ts";

const WARN_AT = 0.8;
const DAY_MS = 86_400_000;

/** What an attempt may use up, and what a person should know about it. */
export interface Allowance {
  readonly limits: Pick<RunLimits, "tokens" | "costUsd" | "price" | "prices">;
  /** Of the time that a person gave the task, in milliseconds; absent: nobody gave it any. */
  readonly leftMs?: number;
  /** Why nothing is left; absent: something is. */
  readonly exhausted?: string;
  /** Budgets of which 80 % are used up, one sentence each. */
  readonly warnings: readonly string[];
}

const SCOPES: Readonly<Record<keyof Budgets, string>> = {
  task: "this task's budget",
  project: "the project's budget",
  daily: "the day's budget",
};

/** What the budgets leave for this attempt: of each figure the least that any of them has left. */
export async function allowanceOf(context: StepContext): Promise<Allowance> {
  const leftMs = await timeLeft(context);
  const allowance = await moneyLeft(context);
  if (leftMs === undefined) return allowance;
  return { ...allowance, leftMs, ...(leftMs > 0 ? {} : { exhausted: "The task's time is used up." }) };
}

async function moneyLeft(context: StepContext): Promise<Allowance> {
  const { budgets } = context.project;
  const { prices, ...limits } = pricingFor(context);
  if (budgets === undefined) return { limits, warnings: [] };
  const lines = (await rows(context, budgets)).flatMap((row) => linesOf(row));
  const [exhausted] = lines.filter(({ left }) => left <= 0);
  const tokens = Math.min(...lines.filter(({ unit }) => unit === "tokens").map(({ left }) => left));
  const costUsd = Math.min(...lines.filter(({ unit }) => unit === "usd").map(({ left }) => left));
  return {
    limits: {
      ...limits,
      ...(tokens === Number.POSITIVE_INFINITY ? {} : { tokens }),
      ...(costUsd === Number.POSITIVE_INFINITY ? {} : { costUsd, ...(prices === undefined ? {} : { prices }) }),
    },
    warnings: lines.filter(({ share }) => share >= WARN_AT).map(({ text }) => text),
    ...(exhausted === undefined ? {} : { exhausted: exhausted.text }),
  };
}

/** Looks at the budgets of an agent that runs. */
export function budgetWatch(context: StepContext): Metered["exhausted"] {
  const { deps, journal, ref } = context;
  const told = new Set((journal.attempt.warnings ?? []).map(withoutFigures));
  return async (used) => {
    const shared = (await sharedRows(context)).flatMap((row) => linesOf(row));
    const task = spentOf(addUsage(await usedBefore(context), used));
    const own = linesOf({ scope: "task", cap: context.project.budgets?.task ?? {}, spent: task });
    const warnings = [...own, ...shared].filter(({ share }) => share >= WARN_AT).map(({ text }) => text);
    const news = warnings.filter((text) => !told.has(withoutFigures(text)));
    if (news.length > 0) {
      for (const text of news) told.add(withoutFigures(text));
      deps.logger.warn({ attempt: ref, warnings: news }, "a budget is nearly used up");
      await journal.warn(news);
    }
    // The task's own budget is kept by the supervisor, also while no daemon runs.
    return shared.find(({ left }) => left <= 0)?.text;
  };
}

/** True when there is any budget to look at. */
export function hasBudget({ project }: StepContext): boolean {
  const caps = Object.values<BudgetCap>({ ...project.budgets });
  return caps.some(({ tokens, usd }) => tokens !== undefined || usd !== undefined);
}

/** The warnings that a finished run adds to those from before it; what the run used is noted in the meter by now. */
export async function warningsAfter(context: StepContext, spent: { readonly task: Usage }): Promise<readonly string[]> {
  const { budgets } = context.project;
  if (budgets === undefined) return [];
  const task = spentOf(spent.task);
  const all: readonly Row[] = [{ scope: "task", cap: budgets.task, spent: task }, ...(await sharedRows(context))];
  return all
    .flatMap((row) => linesOf(row))
    .filter(({ share }) => share >= WARN_AT)
    .map(({ text }) => text);
}

/** What all earlier attempts of the task have used. */
export async function usedBefore({ deps, ref }: StepContext): Promise<Usage> {
  const earlier = (await deps.store.attempts(ref)).filter(({ attempt }) => attempt < ref.attempt);
  return earlier.reduce((sum, { usage }) => addUsage(sum, usage), noUsage);
}

/** Why no budget in dollars can be kept; undefined: there is none, or the cost is known while the agent runs. */
export function unpricedUnderCap(context: StepContext): string | undefined {
  const { assignment, driver, project, settings } = context;
  const { usage, cost } = driver.capabilities;
  const caps = Object.values<BudgetCap>({ ...project.budgets });
  // Of an agent that tells no tokens either, a price would not help.
  if (!usage || cost || caps.every(({ usd }) => usd === undefined) || priceFor(context) !== undefined) return undefined;
  const model = assignment.model ?? settings.model;
  const which = model === undefined ? "the agent's own choice of a model" : `the model ${model}`;
  return `There is a budget in dollars, but ${which} has no price, and ${assignment.agent} does not tell its cost.`;
}

/** What the tokens of this attempt's model cost, by the price table or its fallback; undefined: nobody knows. */
function priceFor({ assignment, project, settings }: StepContext): ModelPrice | undefined {
  const { prices } = project;
  return prices === undefined ? undefined : priceOfAny(prices, [assignment.model ?? settings.model]);
}

/** What tokens cost until the agent tells it: by the model that it names, else by the one that it was asked for. */
export function pricingFor(context: StepContext): RunPricing {
  const price = priceFor(context);
  const { prices } = context.project;
  return {
    ...(prices === undefined ? {} : { prices: prices.models }),
    ...(price === undefined ? {} : { price }),
  };
}

/** The agent's own cost, with what is reckoned for all that it did after it had told it last. */
export function withUntold(
  told: Usage,
  run: { readonly events: readonly AgentEvent[]; readonly pricing: RunPricing },
): Usage {
  const add = runningUsage(run.pricing);
  let last = noUsage;
  for (const event of run.events) last = add(event) ?? last;
  const { costUsd } = told;
  return costUsd === undefined ? told : { ...told, costUsd: Math.max(costUsd, last.costUsd ?? 0) };
}

function spentOf(usage: Usage): Spent {
  return { tokens: countedTokens(usage), usd: usage.costUsd ?? 0 };
}

interface Row {
  readonly scope: keyof Budgets;
  readonly cap: BudgetCap;
  readonly spent: Spent;
}

async function rows(context: StepContext, budgets: Budgets): Promise<readonly Row[]> {
  const task = spentOf(await usedBefore(context));
  return [{ scope: "task", cap: budgets.task, spent: task }, ...(await sharedRows(context))];
}

/** The budgets that other tasks use up, too, with what running attempts have used so far. */
async function sharedRows(context: StepContext): Promise<readonly Row[]> {
  const { ref, deps, project } = context;
  const { budgets } = project;
  if (budgets === undefined) return [];
  const now = deps.clock.now();
  return [
    ...(await capped(context, { scope: "project", cap: budgets.project, since: 0, project: ref.project })),
    ...(await capped(context, { scope: "daily", cap: budgets.daily, since: now - (now % DAY_MS) })),
  ];
}

function linesOf({ scope, cap, spent }: Row): readonly Line[] {
  return [
    ...line({ scope, unit: "tokens", most: cap.tokens, used: spent.tokens }),
    ...line({ scope, unit: "usd", most: cap.usd, used: spent.usd }),
  ];
}

/** Sums are only asked for where there is a cap. */
async function capped(
  { deps, meter }: StepContext,
  from: { readonly scope: keyof Budgets; readonly cap: BudgetCap; readonly since: number; readonly project?: string },
): Promise<readonly Row[]> {
  const { scope, cap, since, project } = from;
  if (cap.tokens === undefined && cap.usd === undefined) return [];
  const total = async (name: string): Promise<number> =>
    (await deps.store.metrics({ name, since }))
      .filter(({ dims }) => project === undefined || dims["project"] === project)
      .reduce((sum, metric) => sum + metric.sum, 0);
  // First what is open: an attempt that ends in between counts twice for a moment, and never not at all.
  const open = await meter.open(project);
  const tokens = open.tokens + (await total("counted_tokens"));
  return [{ scope, cap, spent: { tokens, usd: open.usd + (await total("cost_usd")) } }];
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
