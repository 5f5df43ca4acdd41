import type { Json } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import type { Said } from "./said.ts";

/** So many answers in one issue within an hour go to people who may not write. */
const MOST_ANSWERS = 5;
const HOUR_MS = 3_600_000;

/**
 * Whether somebody who may not write is answered: in one issue all of them together get five answers an hour, and what
 * they ask for beyond that gets none. Counts the answer.
 */
export async function mayAsk({ store, clock }: EngineDeps, { site, comment }: Said): Promise<boolean> {
  const name = `answers ${site.forge.project}#${comment.thread}`;
  const kept = await store.cursor(name);
  const since = clock.now() - HOUR_MS;
  const told: readonly Json[] = Array.isArray(kept) ? kept : [];
  const times = told.filter((at): at is number => typeof at === "number" && at > since);
  if (times.length >= MOST_ANSWERS) return false;
  await store.commit({ writes: [{ kind: "cursor:put", name, value: [...times, clock.now()] }] });
  return true;
}
