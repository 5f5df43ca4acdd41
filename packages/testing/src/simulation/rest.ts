import type { Remains } from "./invariants.ts";
import type { Life } from "./life.ts";

/** Three rounds of looks at a forge. */
const REST_MS = 420_000;

/** Knows when nothing more can happen by itself. */
export interface Rest {
  /** True when the run is over. To be asked whenever time has passed. */
  isOver(): Promise<boolean>;
}

/**
 * Watches one run. While nobody has anything to do the weather is fair, so that orch has the time to look at its forge
 * once more: it must see what happened there while it was dead.
 */
export function createRest(remains: Remains, life: Life): Rest {
  const { world } = remains;
  let since = 0;
  let changes = -1;

  return {
    async isOver() {
      const isResting = await isAtRest(remains);
      life.clear(isResting);
      const known = changes;
      changes = world.forge?.state.changes ?? known;
      const now = world.clock.now();
      if (!isResting || changes !== known) since = now;
      if (world.forge === undefined) return isResting;
      return isResting && life.engine() !== undefined && now - Math.max(since, life.bootedAt()) >= REST_MS;
    },
  };
}

async function isAtRest({ world, store, people, around }: Remains): Promise<boolean> {
  if (around?.finished === false || !people.finished) return false;
  if ([...world.sessions.values()].some((session) => session.state === "running")) return false;
  const open = await store.jobs({ states: ["queued", "running"], limit: 1 });
  return open.length === 0;
}
