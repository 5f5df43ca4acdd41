import type { ForgeIssue, ForgeSettings } from "@orch/core";

import { readLabels, type ExcludingLabel, type LabelReading } from "../labels/read-labels.ts";

/** Why an issue is left alone; `status_done`: an orch of before was through with it. */
export type SkipReason = "closed" | ExcludingLabel | "not_synced" | "not_opted_in" | "not_asked" | "status_done";

/** Whether a label is one of those by which people opt an issue in: who put it there matters then. */
export function optsIn(label: string, { intake, labels }: Pick<ForgeSettings, "intake" | "labels">): boolean {
  if (intake.mode === "manual") return false;
  if (intake.onlyLabel !== undefined) return label.toLowerCase() === intake.onlyLabel.toLowerCase();
  if (intake.mode === "all") return false;
  const { orchestrate, queued, status } = readLabels([label], { settings: labels });
  return orchestrate || (labels.profile === "hub" && (queued || status !== undefined));
}

/** Why an issue is left alone whoever wrote it; undefined: it may be taken. `asked`: a person wants this very one. */
export function optIn(
  issue: ForgeIssue,
  from: {
    readonly reading: LabelReading;
    readonly settings: Pick<ForgeSettings, "intake" | "labels">;
    readonly asked: boolean;
  },
): SkipReason | undefined {
  const { reading, settings, asked } = from;
  const { mode, onlyLabel } = settings.intake;
  if (issue.state === "closed") return "closed";
  if (reading.excluded !== undefined) return reading.excluded;
  if (reading.status === "done") return "status_done";
  if (asked) return undefined;
  if (mode === "manual") return "not_asked";
  if (onlyLabel !== undefined)
    return issue.labels.some((label) => label.toLowerCase() === onlyLabel.toLowerCase()) ? undefined : "not_synced";
  if (mode === "all") return undefined;
  // The second seed's issues wait with two labels, and run on with two (B53, B56).
  const flows =
    settings.labels.profile !== "hub" ||
    reading.queued ||
    (reading.status !== undefined && reading.status !== "new" && reading.status !== "routed");
  return reading.orchestrate && flows ? undefined : "not_opted_in";
}
