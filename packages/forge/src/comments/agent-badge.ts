import type { Assignment } from "@orch/core";

import { codeSpan, type Neutralise } from "../text/shown-text.ts";

/** The first seed's colours (A21). */
const BADGES: Readonly<Record<string, string>> = { claude: "🟣", codex: "🟢", opencode: "🔵" };

/** An agent with its colour and model: `🟣 claude (opus)`. */
export function agentBadge({ agent, model }: Assignment, neutral: Neutralise): string {
  const badge = Object.hasOwn(BADGES, agent) ? BADGES[agent] : "⚪";
  return `${badge} ${agent}${model === undefined ? "" : ` (${codeSpan(model, { neutral })})`}`;
}
