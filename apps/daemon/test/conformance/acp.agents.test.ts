/** Claude Code behind its adapter for ACP, under the conformance suite. `ORCH_TEST_CLAUDE` and `ORCH_TEST_ACP` name the programs. */
import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";
import { acpLimits, EXIT_CODES } from "./acp-limits.ts";
import { claudeLimits } from "./claude-settings.ts";
import { realSettings } from "./real-settings.ts";

const RETRIES = "the protocol has no word for a program's own retries";

describeAgentConformance({
  name: "acp",
  open: async () => ({ ...(await openAgentBench("acp")), settings: realSettings.acp }),
  limits: [
    claudeLimits.prompt,
    {
      case: "edits, runs a command, commits and reports",
      reason: `${EXIT_CODES}; the protocol has no word for windows of an account`,
      facts: { told: "ready, turn, text, change of src/sum.js, usage", windows: "untold" },
    },
    acpLimits.failedCommand,
    acpLimits.message,
    {
      case: "tells a failure of class rate_limit, and when the service wants to be asked again",
      reason: RETRIES,
      facts: { pause: false },
    },
    { case: "gets over a rate limit, and tells so", reason: RETRIES, facts: { retry: "untold" } },
  ],
});
