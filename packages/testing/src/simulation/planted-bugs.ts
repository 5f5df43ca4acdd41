import type { Store, Task, Unit } from "@orch/core";

import type { World } from "./world.ts";

/** The bugs that the simulation must find, each a classic of the seeds and peers. */
export const plantedBugs = [
  "act-before-recording",
  "no-fencing",
  "no-look-before-create",
  "retry-counter-reset",
  "lost-wake-up",
  "lease-never-renewed",
  "comments-without-looking",
  "approval-of-any-commit",
  "branches-in-the-repository",
] as const;

/** The name of a planted bug. */
export type PlantedBug = (typeof plantedBugs)[number];

/** The store, or the world, with one bug in it. */
export function plant(bug: PlantedBug | undefined, target: { readonly store: Store; readonly world: World }): Store {
  const { store, world } = target;
  switch (bug) {
    case undefined:
      return store;
    case "act-before-recording":
      return actBeforeRecording(store);
    case "no-fencing":
      return obedient(store);
    case "no-look-before-create":
      world.faults.blind = true;
      return store;
    case "comments-without-looking":
      world.faults.babbles = true;
      return store;
    case "branches-in-the-repository":
      world.faults.strays = true;
      return store;
    case "approval-of-any-commit":
      return approvingAll(store);
    case "retry-counter-reset":
      return changed(store, (unit) => ({ ...unit, writes: (unit.writes ?? []).map(resetCounters) }));
    case "lost-wake-up":
      return changed(store, (unit) => ({
        ...unit,
        enqueue: (unit.enqueue ?? []).filter((job) => job.effect.kind !== "dependents:notify"),
      }));
    case "lease-never-renewed":
      return overlay(store, { heartbeat: async () => ({ lost: [] }) });
  }
}

function overlay(store: Store, changes: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, property) {
      const value: unknown = Reflect.get(property in changes ? changes : target, property);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

function changed(store: Store, change: (unit: Unit) => Unit): Store {
  return overlay(store, { commit: (unit) => store.commit(change(unit)) });
}

function resetCounters(write: NonNullable<Unit["writes"]>[number]): NonNullable<Unit["writes"]>[number] {
  if (write.kind !== "task:put" || write.task.status !== "routed") return write;
  return { ...write, task: { ...write.task, attempts: 0, failures: [] } };
}

/** What was once said of one result of a task counts for all that come after it. */
function approvingAll(store: Store): Store {
  const known = new Map<string, Approval>();
  return changed(store, (unit) => ({
    ...unit,
    writes: (unit.writes ?? []).map((write) => {
      if (write.kind !== "task:put" || write.task.status !== "in_review") return write;
      const { id, result, approval = known.get(id) } = write.task;
      if (approval === undefined) return write;
      known.set(id, approval);
      return { ...write, task: { ...write.task, approval: { ...approval, commit: result.commit } } };
    }),
  }));
}

type Approval = NonNullable<Extract<Task, { status: "in_review" }>["approval"]>;

/** Obeys whoever once held a lease: what a fenced holder says is written all the same. */
function obedient(store: Store): Store {
  return overlay(store, {
    async commit(unit) {
      const result = await store.commit(unit);
      if (result.ok || result.why !== "fenced") return result;
      const { holding: _holding, settle: _settle, ...rest } = unit;
      return store.commit(rest);
    },
  });
}

/** Says "taken" before it is written: a crash between the two loses an acknowledged wish. */
function actBeforeRecording(store: Store): Store {
  let late: Unit | undefined;
  return overlay(store, {
    async commit(unit) {
      const before = late;
      late = undefined;
      if (before !== undefined) await store.commit(before);
      if (!(unit.events ?? []).some(({ event }) => event.type === "task:created")) return store.commit(unit);
      late = unit;
      return { ok: true, seq: 0 };
    },
  });
}
