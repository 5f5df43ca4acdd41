import type { CommandResults } from "@orch/api";
import { asOrchError, orchError, type Clock, type Forge, type RequestBudget } from "@orch/core";

import { errorBody } from "./http/answers.ts";

/** A forge as `orch forges` and `orch doctor` show it. */
export type ForgeView = CommandResults["forges"]["forges"][number];
/** Its account of requests. */
export type BudgetView = CommandResults["metrics"]["forges"][number];

const PATIENCE_MS = 10_000;

/** Asks a forge who orch is there; `configured`: what the configuration calls the repository. What goes wrong is a part of the view. */
export async function viewForge(forge: Forge, clock: Clock, configured = forge.repository): Promise<ForgeView> {
  const waiting = new AbortController();
  const late = clock.sleep(PATIENCE_MS, waiting.signal).then(() => {
    throw orchError("forge_unreachable", `${forge.repository} did not answer within ${PATIENCE_MS / 1000} s`);
  });
  try {
    const {
      user,
      source,
      role,
      rights,
      missing,
      movedTo: repository = forge.repository,
    } = await Promise.race([forge.account(), late]);
    const account = { login: user.login, source, role, missing: [...missing] };
    const named = { repository, ...(repository.toLowerCase() === configured.toLowerCase() ? {} : { configured }) };
    return {
      ...viewBudget(forge),
      ...named,
      account: rights === undefined ? account : { ...account, rights: [...rights] },
    };
  } catch (error) {
    return { ...viewBudget(forge), error: errorBody(asOrchError(error)) };
  } finally {
    late.catch(() => undefined);
    waiting.abort();
  }
}

/** What was asked of a forge, and what is left. */
export function viewBudget({
  project,
  name,
  repository,
  ...forge
}: Pick<Forge, "project" | "name" | "repository" | "budget">): BudgetView {
  const { sent, unchanged, points, turnedAway, graphql, pausedUntil, ...hour } = forge.budget();
  const core = hourOf(hour);
  return {
    project,
    forge: name,
    repository,
    requests: sent,
    unchanged,
    points,
    turnedAway,
    ...(core === undefined ? {} : { core }),
    ...(graphql === undefined ? {} : { graphql }),
    ...(pausedUntil === undefined ? {} : { pausedUntil }),
  };
}

function hourOf({
  remaining,
  limit,
  resetsAt,
}: Pick<RequestBudget, "remaining" | "limit" | "resetsAt">): BudgetView["core"] {
  if (remaining === undefined || limit === undefined || resetsAt === undefined) return undefined;
  return { remaining, limit, resetsAt };
}
