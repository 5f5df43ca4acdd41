import type { CommitSha, Task } from "@orch/core";

import type { EngineDeps } from "../deps.ts";

const MOST_EVENTS = 10_000;

/**
 * The result of a task that was to be seen at a time (epoch milliseconds); undefined: there was none. A result is shown
 * once its attempt has ended. What no attempt made was there before orch knew of it.
 */
export async function shownAt(
  { store }: Pick<EngineDeps, "store">,
  { task, at }: { readonly task: Task; readonly at: number },
): Promise<CommitSha | undefined> {
  const { result } = "result" in task ? task : {};
  if (result === undefined || result.attempt === 0) return result?.commit;
  const { project, id } = task;
  const { endedAt = task.updatedAt } = (await store.attempt({ project, id, attempt: result.attempt })) ?? {};
  if (endedAt <= at) return result.commit;
  const events = await store.events({ task: { project, id }, after: 0, limit: MOST_EVENTS });
  const results = events.flatMap(({ event, at: then }) => {
    const isEarlier = event.type === "attempt:finished" && event.result !== undefined && then <= at;
    return isEarlier ? [event.result] : [];
  });
  return results.at(-1)?.commit;
}
