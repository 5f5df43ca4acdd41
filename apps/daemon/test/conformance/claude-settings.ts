import type { AgentSettings } from "@orch/core";
import type { ConformanceLimit, ModelPlace } from "@orch/testing";

/** The real Claude Code; undefined where the tests did not bring it. */
export const claudeProgram: string | undefined = process.env["ORCH_TEST_CLAUDE"];

/** Claude Code on a scripted model, as the program of this driver. */
export function claudeSettings(driver: string, { url, key }: ModelPlace): AgentSettings {
  return {
    driver,
    command: [claudeProgram ?? "claude"],
    args: [],
    // Claude Code heeds usage limits of a login only, not those of a key.
    env: { ANTHROPIC_BASE_URL: url, [driver === "claude" ? "CLAUDE_CODE_OAUTH_TOKEN" : "ANTHROPIC_AUTH_TOKEN"]: key },
    model: driver === "claude" ? "claude-opus-5-5" : `${driver}-model`,
    options: { max_retries: 1 },
  };
}

/** What Claude Code can't do for a reason of its own. */
export const claudeLimits = {
  prompt: {
    case: "takes a prompt of 3 MB",
    reason: "Claude Code sends nothing that it thinks larger than the model's window",
    facts: { failure: "context", report: "none", turn: "failed", whole: false },
  },
  window: {
    case: "edits, runs a command, commits and reports",
    reason: "Claude Code tells how much of a window is used only when it is nearly used up",
    facts: { windows: "five_hour ? %" },
  },
  windowOfOthers: {
    case: "edits, runs a command, commits and reports",
    reason: "Claude Code tells of the windows of an Anthropic login only",
    facts: { windows: "untold" },
  },
  usageOfOthers: {
    case: "tells when a usage limit ends",
    reason: "Claude Code heeds usage limits of an Anthropic login only",
    facts: { failure: "rate_limit", knows: "nothing" },
  },
} as const satisfies Readonly<Record<string, ConformanceLimit>>;
