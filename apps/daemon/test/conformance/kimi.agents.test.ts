/** The real Claude Code under the conformance suite, driven as kimi. `ORCH_TEST_CLAUDE` names the program. */
import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";
import { claudeLimits, claudeSettings } from "./claude-settings.ts";

describeAgentConformance({
  name: "kimi",
  open: async () => ({ ...(await openAgentBench("kimi")), settings: (model) => claudeSettings("kimi", model) }),
  limits: [claudeLimits.prompt, claudeLimits.usageOfOthers],
});
