import type { AgentEvent } from "@orch/core";
import { numberAt } from "@orch/parser/text";

type Quota = Extract<AgentEvent, { type: "quota" }>;

const MINUTES_IN_HOUR = 60;
const MINUTES_IN_DAY = 1_440;
/** What people call the windows that codex names by their length alone. */
const NAMES: Readonly<Record<number, string>> = { 300: "five_hour", 10_080: "weekly" };

/** The account's windows in an `account/rateLimits/updated` notice: what it says nothing of is left out. */
export function quotaWindows(params: unknown): readonly Quota[] {
  return ["primary", "secondary"].flatMap((place) => {
    const usedPercent = numberAt(params, "rateLimits", place, "usedPercent");
    if (usedPercent === undefined) return [];
    const resets = numberAt(params, "rateLimits", place, "resetsAt");
    return {
      type: "quota",
      window: nameOf(place, numberAt(params, "rateLimits", place, "windowDurationMins")),
      status: usedPercent >= 100 ? "rejected" : "allowed",
      usedPercent,
      ...(resets === undefined ? {} : { resetsAt: resets * 1000 }),
    } as const;
  });
}

function nameOf(place: string, minutes: number | undefined): string {
  if (minutes === undefined) return place;
  const named = NAMES[minutes];
  if (named !== undefined) return named;
  if (minutes % MINUTES_IN_DAY === 0) return `${minutes / MINUTES_IN_DAY}_day`;
  return minutes % MINUTES_IN_HOUR === 0 ? `${minutes / MINUTES_IN_HOUR}_hour` : `${minutes}_minute`;
}
