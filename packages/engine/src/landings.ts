import { landingsOf, taskKey, type Landing, type ProjectId, type Store, type TaskFilter } from "@orch/core";

/** Statuses in which a task may be decided. */
const DECIDED: NonNullable<TaskFilter["statuses"]> = ["done", "cancelled", "needs_review"];
/** Of the project and of all projects, the newest so many tasks are looked at. */
const NEWEST = 200;

/**
 * What the newest decided tasks came to, of all projects, and of a project's own where one is named. Derived from tasks
 * and attempts each time, so that it can't be counted twice or be lost, whatever dies when.
 */
export async function readLandings(
  store: Pick<Store, "tasks" | "attempts">,
  project?: ProjectId,
): Promise<readonly Landing[]> {
  const all = await store.tasks({ statuses: DECIDED, limit: NEWEST });
  const own = project === undefined ? [] : await store.tasks({ project, statuses: DECIDED, limit: NEWEST });
  const tasks = new Map([...all, ...own].map((task) => [taskKey(task), task]));
  const landings = await Promise.all(
    [...tasks.values()].map(async (task) => landingsOf(task, await store.attempts(task))),
  );
  return landings.flat();
}
