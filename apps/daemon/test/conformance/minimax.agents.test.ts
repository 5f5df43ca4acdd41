/** The real Claude Code under the conformance suite, driven as minimax. `ORCH_TEST_CLAUDE` names the program. */
import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";
import { claudeLimits } from "./claude-settings.ts";
import { realSettings } from "./real-settings.ts";

describeAgentConformance({
  name: "minimax",
  open: async () => ({ ...(await openAgentBench("minimax")), settings: realSettings.minimax }),
  limits: [claudeLimits.prompt, claudeLimits.usageOfOthers, claudeLimits.windowOfOthers],
});
