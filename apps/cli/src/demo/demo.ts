import type { CommandResults, TaskView } from "@orch/api";
import { systemRandom } from "@orch/core";
import type { SandboxProof } from "@orch/sessions";

import { catchStop } from "../catch-stop.ts";
import { createContext, type Context } from "../context.ts";
import { ensureDaemon } from "../daemon-process.ts";
import { endDaemon } from "../end-daemon.ts";
import type { Host } from "../host.ts";
import { marginOn } from "../render/prefix.ts";
import { watchTask, type TaskWatch } from "../watch-task.ts";
import { chooseAgent } from "./choose-agent.ts";
import { renderBeginning, renderEnding } from "./demo-frame.ts";
import { makePlace } from "./demo-place.ts";
import { demoTasks } from "./demo-tasks.ts";
import { mergeUnconfined } from "./merge-unconfined.ts";

type Whole = CommandResults["task get"];

/** What is proven is merged in this demo, so a task that waits for its merge is not at its end. */
const END: ReadonlySet<TaskView["status"]> = new Set(["done", "needs_review", "cancelled"]);

/**
 * Three tasks on a throw-away copy of a small repository: two at the same time, and one that builds on the merged result
 * of the first. Ends its daemon; the copy stays, and the home, too, when a task needs a person. A stopped demo leaves
 * nothing. Gives the exit code: 0 when all are merged, 4 when a task needs a person, 1 when it was stopped.
 */
export async function runDemo(host: Host): Promise<number> {
  const begin = host.clock.monotonic();
  const stop = catchStop(host);
  const { proveSandbox } = await import("@orch/sessions");
  const proof = await proveSandbox("auto", systemRandom);
  const place = await makePlace({ confined: "confinement" in proof });
  const context = createContext({ ...host, home: place.home, folder: place.copy }, { json: false, color: true });
  let finished = false;
  let remove = place.removeAll;
  try {
    await ensureDaemon(context);
    const wholes = await doTasks(context, { proof, signal: stop.signal });
    if (stop.signal.aborted) return 1;
    const seconds = (host.clock.monotonic() - begin) / 1000;
    finished = true;
    const isMerged = wholes.every(({ task }) => task.status === "done");
    remove = isMerged ? place.removeHome : () => Promise.resolve();
    host.out.write(
      await renderEnding({
        wholes,
        place,
        folder: host.folder,
        seconds,
        style: context.style,
        columns: host.out.columns,
      }),
    );
    return isMerged ? 0 : 4;
  } finally {
    await endDaemon(context, finished ? {} : { giveUp: "the demo was stopped" });
    await remove();
    stop.release();
  }
}

async function doTasks(
  context: Context,
  { proof, signal }: { readonly proof: SandboxProof; readonly signal: AbortSignal },
): Promise<readonly Whole[]> {
  const { client, host } = context;
  const { project } = await client.call("project add", { path: host.folder });
  const agent = chooseAgent((await client.call("agents", { project: project.id })).agents);
  host.out.write(renderBeginning({ agent, proof, copy: host.folder, style: context.style }));
  const tasks: TaskView[] = [];
  for (const { title, body, after } of demoTasks) {
    const first = after === undefined ? undefined : tasks[after];
    const request = { project: project.id, title, body, agent: agent.name, source: "demo" };
    const { task } = await client.call("task add", first === undefined ? request : { ...request, after: [first.id] });
    tasks.push(task);
  }
  const over = new AbortController();
  // What it can't merge waits for a person, and the end of the demo says so.
  const merging = mergeUnconfined(context, AbortSignal.any([signal, over.signal])).catch(() => undefined);
  const wholes = await watchAll(context, { tasks, signal });
  over.abort();
  await merging;
  return wholes;
}

/** Watches all tasks at once. One whose forerunner ends unmerged never starts, so its watch ends with that one's. */
async function watchAll(
  context: Context,
  { tasks, signal }: { readonly tasks: readonly TaskView[]; readonly signal: AbortSignal },
): Promise<readonly Whole[]> {
  const ends = tasks.map(() => new AbortController());
  const watches = tasks.map(async (task, index) => {
    const own = AbortSignal.any([signal, ...ends.slice(index, index + 1).map((end) => end.signal)]);
    const whole = await watchTask(context, task.key, watchOf(context, { task, index, signal: own }));
    if (whole.task.status === "done") return whole;
    for (const [other, end] of ends.entries()) if (demoTasks[other]?.after === index) end.abort();
    return whole;
  });
  // A failed watch ends the others: nobody may look for the daemon any more when it is ended.
  await Promise.all(watches).catch(() => {
    for (const end of ends) end.abort();
  });
  await Promise.allSettled(watches);
  return Promise.all(watches);
}

function watchOf(
  { style, host }: Context,
  { task, index, signal }: { readonly task: TaskView; readonly index: number; readonly signal: AbortSignal },
): TaskWatch {
  const marks = [style.cyan, style.yellow, style.blue];
  const mark = marks[index % marks.length] ?? style.bold;
  return { signal, margin: marginOn(host.out, `${mark(`${task.id} │`)} `), until: END };
}
