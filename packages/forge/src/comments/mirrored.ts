import type { AgentEvent, ForgeSettings } from "@orch/core";

import { bounded } from "../text/bounded.ts";
import { shownLine, shownText, type Neutralise } from "../text/shown-text.ts";

/** Which events of an agent become comments of their own (U31, B57). What comes of an attempt has its comment in any case. */
const MIRRORED: Readonly<Record<ForgeSettings["mirror"], readonly AgentEvent["type"][]>> = {
  none: [],
  milestones: ["session:ready", "permission:requested", "permission:withdrawn", "error"],
  all: ["session:ready", "permission:requested", "permission:withdrawn", "error", "text"],
};

/** The comment that mirrors an event; undefined: none does. */
export function mirrorComment(
  event: AgentEvent,
  { mirror, neutral }: { readonly mirror: ForgeSettings["mirror"]; readonly neutral: Neutralise },
): string | undefined {
  if (!MIRRORED[mirror].includes(event.type)) return undefined;
  if (event.type === "session:ready") return "The agent has started.";
  if (event.type === "permission:requested")
    return `The agent asks whether it may: ${shownLine(event.what, { neutral })}`;
  if (event.type === "permission:withdrawn") return "The agent takes its question back: no answer is needed.";
  if (event.type === "error")
    return `The agent met a failure: ${shownLine(event.failure.message, { neutral, most: 1000 })}`;
  if (event.type !== "text" || event.text.trim() === "") return undefined;
  return bounded([shownText(event.text, { neutral, most: 20_000 })]);
}
