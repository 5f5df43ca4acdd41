import type { PreparedClone, PromptInput, Relative, Task, WorkSoFar } from "@orch/core";

import type { StepContext } from "./context.ts";

const DIFF_BYTES = 10_000;
const LOG_LINES = 100;
const SIBLINGS = 20;
const PARTS = 50;

/** What a prompt tells of a task's surroundings: whose part it is, and what is on its branch already (A76, A77). */
export async function surroundingsOf(
  context: StepContext,
  clone: PreparedClone,
): Promise<Pick<PromptInput, "relatives" | "parts" | "soFar">> {
  return { ...(await relativesOf(context)), ...(await partsOf(context)), ...(await workSoFar(context, clone)) };
}

/** What others did of the task: it is in the repository already, as far as it is done. */
async function partsOf({ deps, run }: StepContext): Promise<Pick<PromptInput, "parts">> {
  const { project, id } = run.task;
  const parts = await deps.store.tasks({ project, parent: id, limit: PARTS });
  if (parts.length === 0) return {};
  return { parts: await Promise.all(parts.toReversed().map((part) => relative(deps, part))) };
}

/** Read from the daemon's own repository, at the newest commit that was taken in: never from the clone (T8). */
async function workSoFar(
  { deps, ref, project }: StepContext,
  { baseCommit: base }: PreparedClone,
): Promise<{ readonly soFar?: WorkSoFar }> {
  const earlier = (await deps.store.attempts(ref)).filter(({ attempt }) => attempt < ref.attempt);
  const commit = earlier.findLast((attempt) => attempt.commit !== undefined)?.commit;
  if (commit === undefined || commit === base) return {};
  const diff = await deps.workspace.diff({ project, base, commit, maxBytes: DIFF_BYTES });
  const log = await deps.workspace.log({ project, commit, limit: LOG_LINES });
  return { soFar: { diff: deps.redactor.redact(diff), log: log.map((line) => deps.redactor.redact(line)) } };
}

async function relativesOf({ deps, run }: StepContext): Promise<Pick<PromptInput, "relatives">> {
  const { project, id, parent: parentId } = run.task;
  if (parentId === undefined) return {};
  const parent = await deps.store.task({ project, id: parentId });
  if (parent === undefined) return {};
  const parts = await deps.store.tasks({ project, parent: parentId, limit: SIBLINGS + 1 });
  const others = parts.filter((part) => part.id !== id).slice(0, SIBLINGS);
  const look = (task: Task): Promise<Relative> => relative(deps, task);
  const siblings = await Promise.all(others.toReversed().map(look));
  return { relatives: { parent: await look(parent), siblings } };
}

async function relative({ store }: StepContext["deps"], task: Task): Promise<Relative> {
  const { id, title, status } = task;
  const summary = (await store.attempts(task)).findLast(({ report }) => report !== undefined)?.report?.summary;
  return { id, title, status, ...(summary === undefined ? {} : { summary }) };
}
