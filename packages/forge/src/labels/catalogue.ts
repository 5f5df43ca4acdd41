import type { LabelLooks, LabelMeaning, LabelSettings } from "@orch/core";

import { labelStatuses, statusLabel, type LabelStatus } from "./label-status.ts";

/** The first seed's colours (A2). */
const STATUS_COLORS: Readonly<Record<LabelStatus, string>> = {
  new: "0e8a16",
  routed: "1d76db",
  in_progress: "fbca04",
  in_review: "0075ca",
  done: "6f42c1",
  blocked: "d73a4a",
  needs_review: "e4e669",
};
const OTHER_COLOR = "c5def5";
const STOP_COLOR = "d73a4a";

/** A label that people put, with what it does. */
interface Meaning {
  readonly meaning: LabelMeaning;
  readonly description: string;
  readonly color?: string;
  /** What stands behind a beginning, in documents. */
  readonly value?: string;
  /** Absent: people alone. */
  readonly by?: CatalogueEntry["by"];
}

const FOR_PEOPLE: readonly Meaning[] = [
  { meaning: "orchestrate", description: "orch takes this issue in" },
  {
    meaning: "approved",
    description: "A maintainer has read this issue; orch may work on it as it is now",
    color: "0e8a16",
  },
  { meaning: "plan", description: "orch splits this issue into parts first" },
  { meaning: "no_agent", description: "orch leaves this issue to people", color: STOP_COLOR },
  { meaning: "no_gh", description: "orch does not take this issue in", color: STOP_COLOR },
  { meaning: "local_only", description: "orch does not take this issue in", color: STOP_COLOR },
];

const WITH_VALUES: readonly Meaning[] = [
  { meaning: "agent", by: "both", value: "<name>", description: "The agent that does it" },
  { meaning: "model", value: "<name>", description: "The model that the agent uses" },
  { meaning: "complexity", by: "both", value: "simple|medium|complex", description: "How demanding it is" },
  { meaning: "priority", value: "high|medium|low|<number>", description: "Higher goes first" },
  { meaning: "size", value: "xs|s|m|l|xl", description: "How large it is; a hint" },
  { meaning: "blocked_by", value: "#<issue>", description: "What has to be closed first" },
  { meaning: "checkin", value: "<n>s|m|h|d", description: "How long its agent may do nothing before orch asks" },
  { meaning: "budget", value: "<n>s|m|h|d", description: "How long all attempts at it may take together" },
  { meaning: "parent", by: "both", value: "<issue>", description: "The issue that it is a part of" },
  { meaning: "job", by: "both", value: "<id>", description: "The job that made it" },
];

const HUB: readonly Meaning[] = [
  { meaning: "hub_queued", description: "Waits for an agent" },
  { meaning: "hub_running", description: "An agent works on it", color: "fbca04" },
  { meaning: "hub_review", description: "Its pull request is open", color: "0075ca" },
  { meaning: "hub_done", description: "Done", color: "6f42c1" },
  { meaning: "hub_stalled", description: "A person has to look", color: "e4e669" },
];

/** Every label that is one word or the beginning of one, with its looks: for documents and `orch init`. */
export interface CatalogueEntry extends LabelLooks {
  readonly meaning: LabelMeaning;
  /** How the rest of the label is written, such as `#<issue>`; absent: there is no rest. */
  readonly value?: string;
  /** Who puts it: people alone, or orch as well. */
  readonly by: "people" | "both";
}

/** All labels of a project, in the order of a task's life. */
export function labelCatalogue({ names, profile }: LabelSettings): readonly CatalogueEntry[] {
  const entry = ({ color = OTHER_COLOR, by = "people", ...each }: Meaning): CatalogueEntry => ({
    name: names[each.meaning],
    color,
    by,
    ...each,
  });
  return [
    ...labelStatuses.map((status) => ({
      meaning: `status_${status}` as const,
      name: statusLabel(status, names),
      color: STATUS_COLORS[status],
      description: `Task status: ${status}`,
      by: "both" as const,
    })),
    ...(profile === "hub" ? HUB.map((each) => entry({ ...each, by: "both" })) : []),
    ...FOR_PEOPLE.map(entry),
    ...WITH_VALUES.map(entry),
  ];
}

/** The labels to create in a repository: those that are whole words. The others come into being with their values. */
export function labelsToCreate(settings: LabelSettings): readonly LabelLooks[] {
  return labelCatalogue(settings)
    .filter(({ value, meaning }) => value === undefined && meaning !== "no_gh" && meaning !== "local_only")
    .map(({ name, color, description }) => ({ name, color, description }));
}

/** The looks of a label that orch is about to put. */
export function looksOf(label: string, settings: LabelSettings): LabelLooks {
  const lower = label.toLowerCase();
  const found = labelCatalogue(settings).find(({ name, value }) => {
    return value === undefined ? name.toLowerCase() === lower : lower.startsWith(name.toLowerCase());
  });
  return { name: label, color: found?.color ?? OTHER_COLOR, description: found?.description ?? "" };
}
