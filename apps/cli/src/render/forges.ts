import type { CommandResults } from "@orch/api";

import { oneLine } from "./style.ts";
import { renderTable, type Canvas, type Cell } from "./table.ts";

type Budget = CommandResults["metrics"]["forges"][number];

/** Who orch is on its forges, and what is left of its requests. */
export function renderForges({ forges }: CommandResults["forges"], canvas: Canvas): string {
  if (forges.length === 0) return "No project is on GitHub. Set one up with: orch init --github";
  const { style } = canvas;
  return forges
    .map((forge) => {
      const { repository, account, error } = forge;
      const head = style.bold(oneLine(repository));
      if (account === undefined) {
        const hint = error?.hint === undefined ? [] : [style.dim(`  ${oneLine(error.hint)}`)];
        return [`${head} ${style.red(oneLine(error?.message ?? "did not answer"))}`, ...hint].join("\n");
      }
      const { login, source, role, rights = [], missing } = account;
      return [
        `${head} as ${oneLine(login)} (${oneLine(source)}), ${oneLine(role)}`,
        ...(rights.length === 0 ? [] : [style.dim(`  may: ${oneLine(rights.join(", "))}`)]),
        ...(forge.configured === undefined
          ? []
          : [`  ${style.yellow("!")} ${oneLine(forge.configured)} ${renamedHint(forge)}`]),
        ...missing.map((fault) => `  ${style.red("✗")} ${oneLine(fault)}`),
        `  ${leftOf(forge)}`,
      ].join("\n");
    })
    .join("\n");
}

/** What a person should do about a repository that has another name than in their configuration. */
export function renamedHint({ repository }: Pick<Budget, "repository">): string {
  return `is called ${repository} now: change the remote's address (git remote set-url origin), and gh.repo`;
}

/** What was asked of forges, for `orch metrics`. */
export function renderBudgets(forges: readonly Budget[], canvas: Canvas): string {
  return renderTable(
    ["FORGE", "DISPATCH", "STATUS", "HOUSEKEEPING", "UNCHANGED", "POINTS", "TURNED AWAY", "LEFT"],
    forges.map((forge) => {
      const { dispatch, status, housekeeping } = forge.requests;
      const figures = [dispatch, status, housekeeping, forge.unchanged, forge.points, forge.turnedAway];
      return [forge.repository, ...figures.map(String), leftOf(forge)].map((text): Cell => ({ text: oneLine(text) }));
    }),
    canvas,
  );
}

/** What is left of the hour, in words. */
export function leftOf({ core, pausedUntil }: Pick<Budget, "core" | "pausedUntil">): string {
  const left =
    core === undefined
      ? "not told yet"
      : `${core.remaining} of ${core.limit} requests left until ${timeOf(core.resetsAt)}`;
  return pausedUntil === undefined ? left : `${left}; GitHub wants a pause until ${timeOf(pausedUntil)}`;
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`;
}
