import type { Clock, Logger, Store } from "@orch/core";

import { startDaily } from "./daily.ts";
import type { SkillService } from "./handlers/services.ts";

/** What the skills are brought with. */
export interface SkillSyncOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly skills: Pick<SkillService, "sync" | "repositories">;
}

/** Brings the skills of the configured repositories once a day (seed row A53). Disposing does not wait for a slow one. */
export function startSkillSync(options: SkillSyncOptions): AsyncDisposable {
  const { logger, skills } = options;
  return startDaily(options, {
    cursor: "skills:last-sync",
    failure: "the skills could not be brought",
    async work(signal) {
      if ((await skills.repositories()) === 0) return "later";
      const outcomes = await Promise.race([skills.sync(), aborted(signal)]);
      for (const outcome of outcomes) {
        if (!outcome.ok) logger.warn({ outcome }, "skills could not be brought; the ones from before stay");
      }
      return "done";
    },
  });
}

function aborted(signal: AbortSignal): Promise<readonly never[]> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve([]), { once: true }));
}
