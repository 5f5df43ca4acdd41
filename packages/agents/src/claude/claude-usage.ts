import { noUsage, type Usage } from "@orch/core";
import { fieldAt, isJsonObject, numberAt, textAt } from "@orch/parser";

/** The tokens of one API answer: what was read from a cache and what was put there count as input. */
export function usageOfMessage(usage: unknown): Usage {
  const count = (name: string): number => numberAt(usage, name) ?? 0;
  const cached = count("cache_read_input_tokens");
  return {
    inputTokens: count("input_tokens") + cached + count("cache_creation_input_tokens"),
    cachedInputTokens: cached,
    outputTokens: 0,
  };
}

/**
 * What a result line adds to the account: the usage by model since the last result, where the line tells it, else the
 * totals of its turn. A cost is taken only where Claude Code knows the prices (`costBasis`), for it makes some up.
 */
export function usageOfResult(result: unknown): Usage {
  const models = fieldAt(result, "model_usage_since_last_result") ?? fieldAt(result, "modelUsage");
  if (!isJsonObject(models) || Object.keys(models).length === 0) return usageOfTurn(result);
  let sum: Usage = noUsage;
  let costUsd: number | undefined = 0;
  for (const model of Object.values(models)) {
    const count = (name: string): number => numberAt(model, name) ?? 0;
    sum = {
      inputTokens:
        sum.inputTokens + count("inputTokens") + count("cacheReadInputTokens") + count("cacheCreationInputTokens"),
      cachedInputTokens: sum.cachedInputTokens + count("cacheReadInputTokens"),
      outputTokens: sum.outputTokens + count("outputTokens"),
    };
    const cost = textAt(model, "costBasis") === "unknown" ? undefined : numberAt(model, "costUSD");
    costUsd = cost === undefined || costUsd === undefined ? undefined : costUsd + cost;
  }
  return costUsd === undefined ? sum : { ...sum, costUsd };
}

function usageOfTurn(result: unknown): Usage {
  const usage = fieldAt(result, "usage");
  return { ...usageOfMessage(usage), outputTokens: numberAt(usage, "output_tokens") ?? 0 };
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
