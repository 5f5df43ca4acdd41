import { openStore } from "@orch/store";

import { createFakeClock } from "../fake-clock.ts";
import { judge, type Remains } from "./invariants.ts";
import { createLife } from "./life.ts";
import { createPeople, somePolicy } from "./people.ts";
import { plant, type PlantedBug } from "./planted-bugs.ts";
import { createRest } from "./rest.ts";
import { seededRandom } from "./seeded-random.ts";
import { simulatedProject as project } from "./simulated-daemon.ts";
import { someForge } from "./some-forge.ts";
import { createTrace } from "./trace.ts";
import { createForgeLife } from "./world-forge.ts";
import { createWorld } from "./world.ts";

const LONGEST_RUN_MS = 12 * 3_600_000;

/** What one run came to. */
export interface Simulated {
  readonly seed: number;
  /** Everything that is wrong, in words; empty: all invariants hold. */
  readonly wrong: readonly string[];
  readonly trace: readonly string[];
  readonly crashes: number;
  readonly faults: number;
  readonly tasks: number;
  /** How often each call met each fate: `store.commit crashAfter` → 3. */
  readonly fates: ReadonlyMap<string, number>;
}

/**
 * Runs the real engine, runner and store through one seeded life: people wish, agents work, check and fail, the daemon
 * dies before and after its calls, loses requests and answers, freezes while another takes over. The weather clears
 * after two virtual hours, so that everything must come to rest. The same seed gives the same run.
 */
export async function simulate(seed: number, bug?: PlantedBug): Promise<Simulated> {
  const random = seededRandom(seed);
  const clock = createFakeClock();
  const ofRun = someForge({ random, clock, project });
  const { forge, settings } = ofRun ?? {};
  const world = createWorld({ clock, random, trace: createTrace(clock), forge });
  await using bare = await openStore({ path: ":memory:", clock });
  const store = plant(bug, { store: bare, world });
  const policy = somePolicy(random, { onForge: forge !== undefined });
  const people = createPeople({ world, store: bare, project, policy });
  const life = createLife({ world, store, policy, settings });
  const around =
    forge === undefined ? undefined : createForgeLife(world, forge, (hint) => void life.engine()?.look(hint));
  const remains: Remains = { world, store: bare, project, policy, people, around };
  life.boot();
  people.begin(() => life.engine());
  around?.begin();
  const rest = createRest(remains, life);
  const start = clock.now();
  while (clock.now() - start < LONGEST_RUN_MS) {
    await settle();
    if (await rest.isOver()) break;
    await clock.advanceToNext();
  }
  const wrong = await judge(remains);
  const { crashes, faults, fates } = life.losses();
  life.end();
  return { seed, wrong, trace: world.trace.lines, crashes, faults, fates, tasks: people.acknowledged.size };
}

/** Lets everything run that needs no time to pass. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
