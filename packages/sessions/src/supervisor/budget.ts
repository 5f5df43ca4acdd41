import { countedTokens, runningUsage, type AgentEvent, type RunLimits } from "@orch/core";

/** Follows what a session uses up. */
export interface BudgetWatch {
  /** Each event of the agent's, in order. */
  saw(event: AgentEvent): void;
}

/** Calls `exceeded` once, when the session has used up its tokens or its money. Works without a daemon. */
export function watchBudget(limits: RunLimits, exceeded: (detail: string) => void): BudgetWatch {
  const { tokens = Number.POSITIVE_INFINITY, costUsd = Number.POSITIVE_INFINITY } = limits;
  const add = runningUsage(limits);
  let told = false;
  return {
    saw(event) {
      const sum = add(event);
      if (sum === undefined) return;
      const count = countedTokens(sum);
      const cost = sum.costUsd ?? 0;
      if (told || (count < tokens && cost < costUsd)) return;
      told = true;
      exceeded(
        count >= tokens
          ? `It used ${count} tokens; ${tokens} were left in the budget.`
          : `It cost $${cost.toFixed(4)}; $${costUsd.toFixed(4)} were left in the budget.`,
      );
    },
  };
}
