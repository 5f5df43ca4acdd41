import { freeBlocks, type PortBlock, type TaskRef } from "@orch/core";

import type { StepContext } from "./context.ts";
import type { RunnerDeps } from "./deps.ts";
import { endingFor, type Ending } from "./ending.ts";

/** What a task has of ports, or why the attempt ends without them. */
export type Leased = { readonly ports?: PortBlock } | { readonly ending: Ending };

/** The ports that a task has already; undefined: none. */
export async function portsOf({ store }: RunnerDeps, task: TaskRef): Promise<PortBlock | undefined> {
  const [lease] = await store.portLeases(task);
  return lease === undefined ? undefined : { first: lease.first, count: lease.count };
}

/**
 * The task's own ports: those that an earlier attempt was given, else the lowest block that no task has and nobody
 * listens on.
 */
export async function leasePorts({ deps, ref, run, journal }: Omit<StepContext, "ports">): Promise<Leased> {
  const known = await portsOf(deps, ref);
  if (known !== undefined) return { ports: known };
  const rules = run.project.environment?.ports;
  if (rules === undefined || rules.size === 0) return {};
  for (const block of freeBlocks(rules, await deps.store.portLeases())) {
    const free = (await deps.arePortsFree?.(block)) ?? true;
    if (free && (await journal.leasePorts(block))) return { ports: block };
  }
  const range = `${rules.base} to ${rules.last}`;
  return { ending: endingFor("infrastructure", `No block of ${rules.size} ports is free in ${range}.`) };
}
