import { missingWords, taskKey, type StoredEvent, type TaskEvent, type Verdict } from "@orch/core";

import { oneLine, type Style } from "./style.ts";
import { statusCell } from "./task.ts";

/** What happened to a task, as one line. */
export function renderStoredEvent(stored: StoredEvent, style: Style): string {
  const time = new Date(stored.at).toISOString().slice(11, 19);
  const status = statusCell(stored.status, style);
  const detail = detailOf(stored.event);
  const shown = status.mark?.(status.text) ?? status.text;
  return `${style.dim(time)} ${style.bold(taskKey(stored))} ${shown} ${stored.event.type}${detail === "" ? "" : ` ${style.dim(oneLine(detail))}`}`;
}

function detailOf(event: TaskEvent): string {
  if ("ids" in event) return event.ids.join(", ");
  if ("pull" in event) return event.pull.url;
  switch (event.type) {
    case "task:created":
      return event.spec.title;
    case "task:routed":
      return `${event.assignment.agent}: ${event.assignment.why}`;
    case "task:unroutable":
    case "result:refused":
      return event.detail;
    case "attempt:started":
      return `attempt ${event.attempt} on ${event.branch}`;
    case "attempt:finished":
      return verdictText(event.verdict);
    case "dependency:settled":
      return `${event.id} ${event.as}`;
    case "result:merged":
      return event.mergeCommit;
    case "task:cancelled":
      return event.why;
    case "task:published":
      return event.issue.url;
    case "pull:seen":
      return seenText(event);
    case "review:given":
      return `${event.decision} by ${event.by}`;
    default:
      return `by ${event.by}`;
  }
}

function seenText({ facts, feedback }: Extract<TaskEvent, { type: "pull:seen" }>): string {
  if (facts.state !== "open") return facts.state;
  const told = [`checks ${facts.checks}`, facts.decision === "none" ? "" : facts.decision.replace("_", " ")];
  if (facts.missing !== undefined) told.push(`required and missing: ${missingWords(facts.missing).join(", ")}`);
  return [...told.filter(Boolean), ...(feedback === undefined ? [] : [`${feedback.kind} from ${feedback.from}`])].join(
    ", ",
  );
}

function verdictText(verdict: Verdict): string {
  return verdict.kind === "pass" ? "pass" : `${verdict.reason}: ${verdict.detail}`;
}
