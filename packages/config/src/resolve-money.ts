import type { BudgetCap, Budgets, ModelPrice, PriceFigures, PriceTable } from "@orch/core";

import type { ConfigFile } from "./config-file.ts";
import { defaultPrices } from "./default-prices.ts";
import { defaults } from "./defaults.ts";
import { present } from "./fill-defaults.ts";
import type { Findings } from "./findings.ts";
import type { WrittenConfig } from "./read-config-text.ts";

type Scope = keyof Budgets;
type Figure = "tokens" | "usd";

/**
 * The budgets: a project's own file may lower what the person set, never raise it, for whoever writes a repository does
 * not pay for it. 0 is no limit.
 */
export function resolveBudgets(files: readonly WrittenConfig[], findings: Findings): Budgets {
  const cap = (scope: Scope): BudgetCap =>
    present({ tokens: figure(files, [scope, "tokens"], findings), usd: figure(files, [scope, "usd"], findings) });
  return { task: cap("task"), project: cap("project"), daily: cap("daily") };
}

function figure(
  files: readonly WrittenConfig[],
  [scope, name]: readonly [Scope, Figure],
  findings: Findings,
): number | undefined {
  const writtenIn = (kind: WrittenConfig["kind"]): number | undefined =>
    files.find((written) => written.kind === kind)?.file.budgets?.[scope]?.[name];
  const own = writtenIn("global") ?? (scope === "task" && name === "tokens" ? defaults.budgets.task.tokens : 0);
  const asked = writtenIn("project") ?? own;
  if (limitOf(asked) > limitOf(own)) {
    findings.notice(
      ["budgets", scope, name],
      `can't be raised by a project's file above ${own}; set it in the global config.yml`,
    );
  }
  const limit = Math.min(limitOf(asked), limitOf(own));
  return limit === Number.POSITIVE_INFINITY ? undefined : limit;
}

function limitOf(figure: number): number {
  return figure === 0 ? Number.POSITIVE_INFINITY : figure;
}

/** The prices that orch knows, with those that the person wrote over them: a project's file would undercut budgets. */
export function resolvePrices(
  { own, project }: { readonly own: ConfigFile; readonly project: ConfigFile },
  findings: Findings,
): PriceTable {
  if (project.pricing !== undefined) findings.notice(["pricing"], "is only taken from the global config.yml");
  const { as_of: asOf = defaultPrices.asOf, models = {}, fallback } = own.pricing ?? {};
  const written = Object.entries(models).map(([model, price]) => [model, modelPrice(price)] as const);
  return {
    asOf,
    models: { ...defaultPrices.models, ...Object.fromEntries(written) },
    ...(fallback === undefined ? {} : { fallback: modelPrice(fallback) }),
  };
}

type WrittenPrice = NonNullable<NonNullable<ConfigFile["pricing"]>["fallback"]>;

function modelPrice({ long, ...price }: WrittenPrice): ModelPrice {
  return { ...figures(price), ...(long === undefined ? {} : { long: { over: long.over, ...figures(long) } }) };
}

function figures({ input, cached_input: cachedInput, output }: Omit<WrittenPrice, "long">): PriceFigures {
  return { input, output, ...present({ cachedInput }) };
}
