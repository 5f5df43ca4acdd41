import { verdictOf, type AttemptRef } from "@orch/core";
import type { EngineBench } from "@orch/testing";

import { createEngine } from "../src/index.ts";
import { openScene, outcomeOf, project, settle } from "./scene.ts";

/** A scene as the contract suite of `Engine` sees it. */
export async function openBench(): Promise<EngineBench> {
  const scene = await openScene();
  const stopped: Pick<AttemptRef, "id" | "attempt">[] = [];
  const runner = {
    ...scene.deps.runner,
    stop: async ({ task, attempt }: { readonly task: Pick<AttemptRef, "id">; readonly attempt: number }) =>
      void stopped.push({ id: task.id, attempt }),
  };
  return {
    project,
    open: () => createEngine({ ...scene.deps, runner }),
    task: (ref) => scene.store.task(ref),
    tasks: async () => (await scene.store.tasks({ limit: 1_000 })).toReversed(),
    get attempt() {
      return scene.run;
    },
    set attempt(run) {
      scene.run = run;
    },
    passes: (run) => outcomeOf(run, { kind: "pass" }),
    fails: (run) => outcomeOf(run, verdictOf("agent_failed", "it gave up")),
    stopped: () => stopped,
    settle,
    async next() {
      await scene.clock.advanceToNext();
      await settle();
    },
  };
}
