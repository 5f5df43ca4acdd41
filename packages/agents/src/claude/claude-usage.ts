import type { Usage } from "@orch/core";
import { fieldAt, isJsonObject, numberAt, textAt } from "@orch/parser/text";

/**
 * The tokens of one API answer: what was read from a cache and what was put there count as input. Of the output it tells
 * what there was when the answer began, or with partial messages all of it.
 */
export function usageOfMessage(usage: unknown): Usage {
  const count = (name: string): number => numberAt(usage, name) ?? 0;
  const cached = count("cache_read_input_tokens");
  return {
    inputTokens: count("input_tokens") + cached + count("cache_creation_input_tokens"),
    cachedInputTokens: cached,
    outputTokens: count("output_tokens"),
  };
}

/**
 * What a result line adds to the account. `model_usage_since_last_result` says it; without that the turn's own totals
 * do, and its cost only where no earlier conversation is in `modelUsage`, which goes on counting over resumed ones.
 */
export function usageOfResult(result: unknown): Usage {
  const since = usageByModel(fieldAt(result, "model_usage_since_last_result"));
  if (since !== undefined) return since;
  const usage = fieldAt(result, "usage");
  const turn = usageOfMessage(usage);
  const all = usageByModel(fieldAt(result, "modelUsage"));
  const isWhole = all?.inputTokens === turn.inputTokens && all.outputTokens === turn.outputTokens;
  return isWhole ? all : turn;
}

/** The sum over models; its cost is known only where Claude Code knows all their prices, for it makes some up. */
function usageByModel(models: unknown): Usage | undefined {
  if (!isJsonObject(models) || Object.keys(models).length === 0) return undefined;
  const all = Object.values(models);
  const sum = (name: string): number => all.reduce((total: number, model) => total + (numberAt(model, name) ?? 0), 0);
  const isPriced = all.every(
    (model) => textAt(model, "costBasis") !== "unknown" && numberAt(model, "costUSD") !== undefined,
  );
  return {
    inputTokens: sum("inputTokens") + sum("cacheReadInputTokens") + sum("cacheCreationInputTokens"),
    cachedInputTokens: sum("cacheReadInputTokens"),
    outputTokens: sum("outputTokens"),
    ...(isPriced ? { costUsd: sum("costUSD") } : {}),
  };
}

/** What is left of a total when a part of it has been told before, never below zero. */
export function restOf(total: Usage, told: Usage): Usage {
  const left = (name: "inputTokens" | "cachedInputTokens" | "outputTokens"): number =>
    Math.max(0, total[name] - told[name]);
  return {
    inputTokens: left("inputTokens"),
    cachedInputTokens: left("cachedInputTokens"),
    outputTokens: left("outputTokens"),
    ...(total.costUsd === undefined ? {} : { costUsd: total.costUsd }),
  };
}
