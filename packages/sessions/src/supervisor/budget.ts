import { countedTokens, runningUsage, type RunLimits, type Usage } from "@orch/core";

/** Follows what a session uses up. */
export interface BudgetWatch {
  used(usage: Usage): void;
}

/** Calls `exceeded` once, when the session has used up its tokens or its money. Works without a daemon. */
export function watchBudget(limits: RunLimits, exceeded: (detail: string) => void): BudgetWatch {
  const { tokens = Number.POSITIVE_INFINITY, costUsd = Number.POSITIVE_INFINITY, price } = limits;
  const add = runningUsage(price);
  let told = false;
  return {
    used(usage) {
      const sum = add(usage);
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
