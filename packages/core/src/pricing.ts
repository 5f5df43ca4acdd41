import { addUsage, noUsage, type Usage } from "./agent-event.ts";

/** What a model costs, in US dollars per million tokens. */
export interface ModelPrice {
  readonly input: number;
  /** Tokens read from a cache; absent: as other input. */
  readonly cachedInput?: number;
  readonly output: number;
}

/** Prices with the day on which they were true. */
export interface PriceTable {
  /** `YYYY-MM-DD`. */
  readonly asOf: string;
  /** By model; a name also stands for its dated versions, such as `gpt-5.1-2025-11-13`. */
  readonly models: Readonly<Record<string, ModelPrice>>;
  /** What a model costs that is not in `models`; absent: nobody knows, and no cost is invented. */
  readonly fallback?: ModelPrice;
}

const MILLION = 1_000_000;
const DATED = /-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

/** The price of a model in the table, without the fallback; undefined when it is not there. */
export function priceOf(table: PriceTable, model: string | undefined): ModelPrice | undefined {
  if (model === undefined) return undefined;
  // `provider/model` is how some agents write it.
  const names = [model, model.slice(model.lastIndexOf("/") + 1)].flatMap((name) => [name, name.replace(DATED, "")]);
  const known = names.find((name) => Object.hasOwn(table.models, name));
  return known === undefined ? undefined : table.models[known];
}

/** The price of the first of these names that has one, else the fallback; undefined: nobody knows. */
export function priceOfAny(table: PriceTable, models: readonly (string | undefined)[]): ModelPrice | undefined {
  return models.map((model) => priceOf(table, model)).find((price) => price !== undefined) ?? table.fallback;
}

/** What these tokens cost at a price. */
export function costAt(price: ModelPrice, usage: Usage): number {
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens);
  const sum =
    (usage.inputTokens - cached) * price.input +
    cached * (price.cachedInput ?? price.input) +
    usage.outputTokens * price.output;
  return sum / MILLION;
}

/** The tokens that budgets count: what was sent anew and what came back. Reading from a cache costs next to nothing. */
export function countedTokens(usage: Usage): number {
  return Math.max(0, usage.inputTokens - usage.cachedInputTokens) + usage.outputTokens;
}

/** The usage with its cost: the agent's own figure, else the price's, else none. */
export function pricedUsage(usage: Usage, price: ModelPrice | undefined): Usage {
  if (usage.costUsd !== undefined || price === undefined) return usage;
  return { ...usage, costUsd: costAt(price, usage) };
}

/**
 * Sums what a running agent tells, with its cost so far: of what it has told no cost for yet, by the price. A cost that
 * it tells is for everything since the last one, so it takes the place of what was reckoned meanwhile.
 */
export function runningUsage(price: ModelPrice | undefined): (told: Usage) => Usage {
  let sum = noUsage;
  let reckoned = 0;
  return (told) => {
    sum = addUsage(sum, told);
    if (told.costUsd !== undefined) reckoned = 0;
    else if (price !== undefined) reckoned += costAt(price, told);
    return reckoned === 0 ? sum : { ...sum, costUsd: (sum.costUsd ?? 0) + reckoned };
  };
}
