/** Claude Code behind its adapter for ACP, under the conformance suite. `ORCH_TEST_CLAUDE` and `ORCH_TEST_ACP` name the programs. */
import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";
import { claudeLimits } from "./claude-settings.ts";
import { realSettings } from "./real-settings.ts";

const EXIT_CODES = "the adapter tells a command's output, and its exit code in words only";
const RETRIES = "the protocol has no word for a program's own retries";

describeAgentConformance({
  name: "acp",
  open: async () => ({ ...(await openAgentBench("acp")), settings: realSettings.acp }),
  limits: [
    claudeLimits.prompt,
    {
      case: "edits, runs a command, commits and reports",
      reason: EXIT_CODES,
      facts: { told: "ready, turn, text, change of src/sum.js, usage" },
    },
    {
      case: "tells a command that failed, with its exit code and output",
      reason: EXIT_CODES,
      facts: { exitCode: "unknown" },
    },
    {
      case: "takes a message in the middle of a turn, once",
      reason: "the protocol knows no message in mid-turn: it begins a turn of its own, after the report",
      facts: { report: "none", turns: 2 },
    },
    {
      case: "tells a failure of class rate_limit, and when the service wants to be asked again",
      reason: RETRIES,
      facts: { pause: false },
    },
    { case: "gets over a rate limit, and tells so", reason: RETRIES, facts: { retry: "untold" } },
  ],
});
