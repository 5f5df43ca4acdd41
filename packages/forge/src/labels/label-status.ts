import type { LabelMeaning, LabelNames, TaskStatus } from "@orch/core";

/** The statuses that a label can show (seed row A1); a cancelled task's issue is closed instead. */
export type LabelStatus = Exclude<TaskStatus, "cancelled">;

/** All of them, in the order of a task's life. */
export const labelStatuses = [
  "new",
  "routed",
  "in_progress",
  "in_review",
  "done",
  "blocked",
  "needs_review",
] as const satisfies readonly LabelStatus[];

/** The second seed's labels and what they mean here (U7). */
const LIFECYCLE: readonly (readonly [LabelMeaning, LabelStatus])[] = [
  ["hub_queued", "new"],
  ["hub_running", "in_progress"],
  ["hub_review", "in_review"],
  ["hub_done", "done"],
  ["hub_stalled", "needs_review"],
];

/** Words of the seeds' documents that were never written by a program. */
const ALIASES: Readonly<Record<string, LabelStatus>> = { ready: "new", "in-progress": "in_progress" };

/** The label of a status. */
export function statusLabel(status: LabelStatus, names: LabelNames): string {
  return names[`status_${status}`];
}

/** The second seed's label of a status; undefined: it has none. */
export function lifecycleLabel(status: TaskStatus, names: LabelNames): string | undefined {
  const shown = status === "routed" ? "new" : status;
  const meaning = LIFECYCLE.find(([, means]) => means === shown)?.[0];
  return meaning === undefined ? undefined : names[meaning];
}

/** All labels of the second seed's life cycle. */
export function lifecycleLabels(names: LabelNames): readonly string[] {
  return LIFECYCLE.map(([meaning]) => names[meaning]);
}

/** The status that a label shows, of whichever profile; undefined: it shows none. */
export function lifecycleStatus(label: string, names: LabelNames): LabelStatus | undefined {
  const lower = label.toLowerCase();
  const status = labelStatuses.find((each) => statusLabel(each, names).toLowerCase() === lower);
  if (status !== undefined) return status;
  const meant = LIFECYCLE.find(([meaning]) => names[meaning].toLowerCase() === lower)?.[1];
  const [, word = ""] = /^status:(.*)$/.exec(lower) ?? [];
  return meant ?? (Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined);
}
