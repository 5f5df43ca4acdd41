import type { ForgeAct, ForgeIssue, IssueHistory, TaskEvent } from "@orch/core";
import { mayWrite, readLabels } from "@orch/forge";

import type { Site } from "./site.ts";

interface Happened {
  readonly issue: ForgeIssue;
  readonly event: TaskEvent;
  /** The labels that orch put itself. */
  readonly ours: readonly string[];
}

/**
 * What happened to an issue, with whoever the forge says did it; where it does not say, nobody is named. Undefined: it
 * makes an agent work, and whoever did it may not (SECURITY D1): anybody may close their own issue and open it again,
 * and labels may be put by people who may not write.
 */
export async function saidBy(site: Site, { issue, event, ours }: Happened): Promise<TaskEvent | undefined> {
  if (event.type !== "task:closed" && event.type !== "task:held" && !isBeginning(event)) return event;
  const history = await site.forge.history(issue.id);
  const act = history === undefined ? undefined : actOf(site, { issue, event, ours, history });
  if (isBeginning(event) && !(await mayBegin(site, act))) return undefined;
  return act === undefined ? event : { ...event, by: `github:${act.by.login}` };
}

type Beginning = Extract<TaskEvent, { type: "task:reopened" | "task:retried" }>;

function isBeginning(event: TaskEvent): event is Beginning {
  return event.type === "task:reopened" || event.type === "task:retried";
}

async function mayBegin({ forge }: Site, act: ForgeAct | undefined): Promise<boolean> {
  return act !== undefined && !act.by.isBot && mayWrite(await forge.roleOf(act.by.login));
}

function actOf(site: Site, told: Happened & { readonly history: IssueHistory }): ForgeAct | undefined {
  const { event, issue, ours, history } = told;
  if (event.type === "task:closed") return history.states.findLast(({ state }) => state === "closed");
  if (event.type === "task:reopened") return history.states.findLast(({ state }) => state === "open");
  const { labels: settings } = site.settings;
  const says = (label: string): boolean => {
    const reading = readLabels([label], { settings, ours });
    return event.type === "task:held" ? reading.excluded !== undefined : reading.status === "new";
  };
  const there = new Set(issue.labels.filter(says).map((label) => label.toLowerCase()));
  return history.labelled.findLast(({ label }) => there.has(label.toLowerCase()));
}
