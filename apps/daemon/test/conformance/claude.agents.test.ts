/** The real Claude Code under the conformance suite, driven as claude. `ORCH_TEST_CLAUDE` names the program. */
import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";
import { claudeLimits } from "./claude-settings.ts";
import { realSettings } from "./real-settings.ts";

describeAgentConformance({
  name: "claude",
  open: async () => ({ ...(await openAgentBench("claude")), settings: realSettings.claude }),
  limits: [claudeLimits.prompt, claudeLimits.window],
});
