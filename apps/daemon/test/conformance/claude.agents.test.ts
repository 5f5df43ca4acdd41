/** The real Claude Code under the conformance suite, driven as claude. `ORCH_TEST_CLAUDE` names the program. */
import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";
import { claudeLimits, claudeSettings } from "./claude-settings.ts";

describeAgentConformance({
  name: "claude",
  open: async () => ({ ...(await openAgentBench("claude")), settings: (model) => claudeSettings("claude", model) }),
  limits: [claudeLimits.prompt],
});
