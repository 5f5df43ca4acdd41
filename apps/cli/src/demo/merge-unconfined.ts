import type { Context } from "../context.ts";

const PATIENCE_MS = 60_000;

/**
 * Merges what waits for a person because its agent ran without a sandbox, until the signal aborts: whoever starts the demo
 * has been told that it merges what is proven, on a copy that is thrown away.
 */
export async function mergeUnconfined({ client }: Context, signal: AbortSignal): Promise<void> {
  for await (const { status, project, id } of client.events({ after: 0, signal, patienceMs: PATIENCE_MS })) {
    if (status !== "in_review") continue;
    const { task } = await client.call("task get", { task: `${project}#${id}` });
    // Its detail says why it waits; one without is merged by the daemon.
    if (task.status === "in_review" && task.detail !== undefined) await client.call("task merge", { task: task.key });
  }
}
