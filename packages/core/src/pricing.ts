import { addUsage, noUsage, type AgentEvent, type Usage } from "./agent-event.ts";

/** What a model costs, in US dollars per million tokens. */
export interface ModelPrice extends PriceFigures {
  /** The whole of a request whose input is more than `over` tokens, what came from a cache among it. Absent: as any other. */
  readonly long?: PriceFigures & { readonly over: number };
}

/** The figures of a price. */
export interface PriceFigures {
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
export function priceOf(table: Pick<PriceTable, "models">, model: string | undefined): ModelPrice | undefined {
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

/** What these tokens of one request cost: of a very long one, more. */
export function costOfRequest({ long, ...price }: ModelPrice, usage: Usage): number {
  return costAt(long !== undefined && usage.inputTokens > long.over ? long : price, usage);
}

/** What these tokens of several requests cost, each of usual length. */
export function costAt(price: PriceFigures, usage: Usage): number {
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

/**
 * The usage with its cost: the agent's own figure, else the price's, else none. Each of the events counts as one request,
 * for what very long ones cost more; that of an agent which sums up its turn counts as the turn.
 */
export function pricedUsage(usage: Usage, price: ModelPrice | undefined, events: readonly AgentEvent[] = []): Usage {
  if (usage.costUsd !== undefined || price === undefined) return usage;
  const more = events.flatMap((event) =>
    event.type === "usage" ? [costOfRequest(price, event.usage) - costAt(price, event.usage)] : [],
  );
  return { ...usage, costUsd: more.reduce((sum, cost) => sum + cost, costAt(price, usage)) };
}

/** How the tokens of a run are priced until its agent tells their cost. */
export interface RunPricing {
  /** By the model that the agent names itself. */
  readonly prices?: PriceTable["models"];
  /** Of a model that is not there; absent: no cost is reckoned. */
  readonly price?: ModelPrice;
}

/**
 * Sums what a running agent tells, with its cost so far; undefined for an event that tells nothing of it. Of what it has
 * told no cost for yet, the cost is reckoned. A cost that it tells is for everything since the last one, so it takes the
 * place of what was reckoned meanwhile.
 */
export function runningUsage({ prices = {}, price }: RunPricing): (event: AgentEvent) => Usage | undefined {
  let sum = noUsage;
  let reckoned = 0;
  let model: string | undefined;
  return (event) => {
    if (event.type === "session:ready") model = event.model;
    if (event.type !== "usage") return undefined;
    const { usage } = event;
    sum = addUsage(sum, usage);
    const per = priceOf({ models: prices }, event.model ?? model) ?? price;
    if (usage.costUsd !== undefined) reckoned = 0;
    else if (per !== undefined) reckoned += costOfRequest(per, usage);
    return reckoned === 0 ? sum : { ...sum, costUsd: (sum.costUsd ?? 0) + reckoned };
  };
}
