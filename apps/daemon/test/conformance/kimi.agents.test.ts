/** The real Claude Code under the conformance suite, driven as kimi. `ORCH_TEST_CLAUDE` names the program. */
import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";
import { claudeLimits } from "./claude-settings.ts";
import { realSettings } from "./real-settings.ts";

describeAgentConformance({
  name: "kimi",
  open: async () => ({ ...(await openAgentBench("kimi")), settings: realSettings.kimi }),
  limits: [claudeLimits.prompt, claudeLimits.usageOfOthers, claudeLimits.windowOfOthers],
});
