/** The real Claude Code under the conformance suite, driven as minimax. `ORCH_TEST_CLAUDE` names the program. */
import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";
import { claudeLimits, claudeSettings } from "./claude-settings.ts";

describeAgentConformance({
  name: "minimax",
  open: async () => ({ ...(await openAgentBench("minimax")), settings: (model) => claudeSettings("minimax", model) }),
  limits: [claudeLimits.prompt, claudeLimits.usageOfOthers],
});
