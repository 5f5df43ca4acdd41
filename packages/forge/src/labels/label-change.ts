import type { LabelSettings } from "@orch/core";

import { lifecycleLabels, lifecycleStatus } from "./label-status.ts";
import type { ShownLabels, SingleLabel } from "./shown-labels.ts";

/** What to do to the labels of an issue. */
export interface LabelChange {
  readonly add: readonly string[];
  /** As they are written on the issue. */
  readonly remove: readonly string[];
  /** The labels that are orch's own afterwards: what `ours` is next time, here and for `readLabels`. */
  readonly ours: readonly string[];
}

/**
 * The change from the labels that an issue has to those that orch wants. Afterwards one status is shown, or none when
 * none is wanted. Of `agent:` and `complexity:` only orch's own are taken away, and none is added beside a person's.
 * No other label is touched. Applied a second time it changes nothing.
 */
export function labelChange(
  current: readonly string[],
  wanted: ShownLabels,
  { settings, ours }: { readonly settings: LabelSettings; readonly ours: readonly string[] },
): LabelChange {
  const { names, profile } = settings;
  const lifecycle = new Set(lifecycleLabels(names).map((label) => label.toLowerCase()));
  const states = current.filter((label) => {
    if (lifecycle.has(label.toLowerCase())) return profile === "hub";
    return lifecycleStatus(label, names) !== undefined;
  });
  const shown = [wanted.status, wanted.lifecycle].flatMap((label) => label ?? []);
  const status = replaced(states, shown);
  const kept = current.filter((label) => !lifecycle.has(label.toLowerCase()));
  const agent = single(wanted.agent, { beginning: names.agent, current: kept, ours });
  const complexity = single(wanted.complexity, { beginning: names.complexity, current: kept, ours });
  const parts = [status, agent, complexity];
  return {
    add: parts.flatMap(({ add }) => add),
    remove: parts.flatMap(({ remove }) => remove),
    ours: [...shown, ...agent.ours, ...complexity.ours],
  };
}

interface Change {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

function replaced(present: readonly string[], wanted: readonly string[]): Change {
  return {
    add: wanted.filter((label) => !includes(present, label)),
    remove: present.filter((label) => !includes(wanted, label)),
  };
}

function single(
  wanted: SingleLabel,
  from: { readonly beginning: string; readonly current: readonly string[]; readonly ours: readonly string[] },
): LabelChange {
  const present = from.current.filter((label) => label.toLowerCase().startsWith(from.beginning.toLowerCase()));
  const own = present.filter((label) => includes(from.ours, label));
  if (wanted.kind === "stays") return { add: [], remove: [], ours: own };
  const pinned = present.length > own.length;
  const next = wanted.kind === "is" && !pinned ? [wanted.label] : [];
  return { ...replaced(own, next), ours: next };
}

function includes(labels: readonly string[], label: string): boolean {
  return labels.some((each) => each.toLowerCase() === label.toLowerCase());
}
