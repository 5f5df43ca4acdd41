import type { LearningSettings } from "@orch/core";

import type { ConfigFile } from "./config-file.ts";
import { defaults } from "./defaults.ts";
import { filled } from "./fill-defaults.ts";

/** The length of a day in milliseconds. */
const DAY_MS = 86_400_000;

/** How routing learns; undefined: not at all. */
export function resolveLearning(router: Router): LearningSettings | undefined {
  const { learn = defaults.router.learn } = router;
  return learn === false ? undefined : settingsFrom(learn === "shadow" ? "shadow" : "on", router);
}

/** How routing learns where only that is said: for looking at what it would know. */
export const DEFAULT_LEARNING: LearningSettings = settingsFrom("shadow", {});

type Router = NonNullable<ConfigFile["router"]>;

function settingsFrom(mode: LearningSettings["mode"], router: Router): LearningSettings {
  const written = filled(defaults.router, router);
  return {
    mode,
    halfLifeMs: written.learn_half_life_days * DAY_MS,
    share: written.learn_share_percent / 100,
    minTasks: written.learn_min_tasks,
    minLanded: written.learn_min_landed_percent / 100,
    costWeight: written.learn_cost_percent / 100,
  };
}
