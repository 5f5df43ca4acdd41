import {
  type Clock,
  defaultPolicy,
  type Engine,
  isSettled,
  issueNumberOf,
  type ProjectId,
  type RequestedEvent,
  type Store,
  type Task,
  type TaskId,
  type TaskPolicy,
  type TaskSpec,
  trustTiers,
} from "@orch/core";

import type { SeededRandom } from "./seeded-random.ts";
import { simulatedForgePolicy, wishByIssue } from "./world-forge.ts";
import type { World } from "./world.ts";

/** A person at the command line, who asks again until there is an answer. */
export interface People {
  /** Tasks that were acknowledged, by the key of the wish. */
  readonly acknowledged: ReadonlyMap<string, TaskId>;
  /** True when they have said everything that they wanted to say. */
  readonly finished: boolean;
  /** Begins to act, in virtual time. `engine` gives the live engine, if there is one. */
  begin(engine: () => Engine | undefined): void;
}

/** What people work with. */
export interface PeopleParts {
  readonly world: World;
  readonly store: Store;
  readonly project: ProjectId;
  readonly policy: TaskPolicy;
}

const PATIENCE_MS = 20_000;
const MEDDLINGS = 3;

/** A policy for a run, with figures small enough that every limit is met. */
export function somePolicy(random: SeededRandom, { onForge }: { readonly onForge: boolean }): TaskPolicy {
  return {
    ...defaultPolicy,
    ...(onForge ? { forge: { ...simulatedForgePolicy, reviewAgent: random.chance(0.5) } } : {}),
    maxAttempts: random.between(2, 5),
    merge: random.pick(["auto", "approve_gate", "never"]),
  };
}

/** Makes the people of one run: two to five wishes, then a few meddlings with what became of them. */
export function createPeople(parts: PeopleParts): People {
  const { world, store, project } = parts;
  const { random, clock } = world;
  const acknowledged = new Map<string, TaskId>();
  const wishes = random.between(2, 5);
  let open = wishes + MEDDLINGS;
  const speech: Speech = { clock, engine: () => undefined };

  async function wish(number: number): Promise<void> {
    const key = `wish-${number}`;
    if (world.forge !== undefined && random.chance(0.6)) {
      acknowledged.set(key, await wishByIssue(world.forge, { title: key, random }));
      return;
    }
    const dependsOn = [...acknowledged.values()].filter(() => random.chance(0.4));
    const spec = specOf(key, { dependsOn, priority: random.between(0, 2) });
    await insist(speech, async (engine) => {
      const made = await engine.create({ project, spec, actor: "person", idempotencyKey: key });
      if (made.ok) acknowledged.set(key, made.value.id);
      if (made.ok) world.trace.say("person", `${key} is ${made.value.id}`);
    });
  }

  async function meddle(number: number): Promise<void> {
    const id = random.pick([...acknowledged.values()]);
    const task = await store.task({ project, id });
    const event = task === undefined ? undefined : someWish(random, task, world.forge !== undefined);
    if (event === undefined) return;
    world.trace.say("person", `${event.type} ${id}`);
    await insist(speech, async (engine) => {
      await engine.act({ task: { project, id }, event, actor: "person", idempotencyKey: `meddling-${number}` });
    });
  }

  async function live(): Promise<void> {
    for (let number = 0; number < wishes; number += 1) {
      await clock.sleep(random.between(0, 30_000));
      await wish(number);
      open -= 1;
    }
    for (let number = 0; number < MEDDLINGS; number += 1) {
      await clock.sleep(random.between(0, 600_000));
      await meddle(number);
      open -= 1;
    }
  }

  return {
    acknowledged,
    get finished() {
      return open === 0;
    },
    begin(engine) {
      speech.engine = engine;
      void live();
    },
  };
}

function specOf(title: string, given: Pick<TaskSpec, "dependsOn" | "priority">): TaskSpec {
  return { title, body: "", labels: [], source: { kind: "cli" }, pins: {}, checks: [], ...given };
}

interface Speech {
  readonly clock: Clock;
  engine: () => Engine | undefined;
}

/** Asks, and asks again with the same key when no answer came in time. */
async function insist(speech: Speech, ask: (engine: Engine) => Promise<void>): Promise<void> {
  for (;;) {
    const engine = speech.engine();
    const patience = speech.clock.sleep(PATIENCE_MS).then((): false => false);
    if (engine !== undefined && (await Promise.race([tried(ask(engine)), patience]))) return;
    await speech.clock.sleep(1_000);
  }
}

async function tried(asked: Promise<void>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch {
    return false;
  }
}

/** On a forge, what began here may become an issue at any time. */
function someWish(random: SeededRandom, task: Task, onForge: boolean): RequestedEvent | undefined {
  const publishable = onForge && issueNumberOf(task) === undefined && !isSettled(task.status);
  if (publishable && random.chance(0.4)) return { type: "publish:requested", by: "person", labels: [] };
  return someEvent(random, task);
}

function someEvent(random: SeededRandom, task: Task): RequestedEvent | undefined {
  const by = "person";
  switch (task.status) {
    case "in_review":
      return random.pick([
        { type: "merge:requested", by },
        { type: "task:retried", by },
      ]);
    case "needs_review":
    case "cancelled":
      return { type: "task:retried", by };
    case "blocked":
      return random.pick([
        { type: "task:unblocked", by },
        { type: "task:trusted", by, tier: random.pick(trustTiers) },
        { type: "task:cancelled", by, why: "meddling" },
      ]);
    case "in_progress":
      return random.pick([
        { type: "attempt:interrupted", by },
        { type: "task:cancelled", by, why: "meddling" },
      ]);
    case "new":
    case "routed":
      return random.pick([
        { type: "task:cancelled", by, why: "meddling" },
        { type: "task:trusted", by, tier: random.pick(trustTiers) },
      ]);
    case "done":
      return undefined;
  }
}
