import type { ConformanceLimit } from "@orch/testing";

/** What keeps the programs behind ACP from telling how a command ended. */
export const EXIT_CODES = "a command's output is told, and its exit code in words only";

/** What every program lacks that speaks ACP. */
export const acpLimits = {
  failedCommand: {
    case: "tells a command that failed, with its exit code and output",
    reason: `${EXIT_CODES}, and not how long it took`,
    facts: { exitCode: "unknown", duration: false },
  },
  message: {
    case: "takes a message in the middle of a turn, once",
    reason: "the protocol knows no message in mid-turn: it begins a turn of its own, after the report",
    facts: { report: "none", turns: 2 },
  },
} satisfies Record<string, ConformanceLimit>;
