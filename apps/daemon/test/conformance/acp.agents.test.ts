/** Claude Code behind its adapter for ACP, under the conformance suite. `ORCH_TEST_CLAUDE` and `ORCH_TEST_ACP` name the programs. */
import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";
import { claudeProgram } from "./claude-settings.ts";

const adapter = process.env["ORCH_TEST_ACP"] ?? "claude-agent-acp";

describeAgentConformance({
  name: "acp",
  open: async () => ({
    ...(await openAgentBench("acp")),
    settings: ({ url, key }) => ({
      driver: "acp",
      command: [adapter],
      args: [],
      env: {
        CLAUDE_CODE_EXECUTABLE: claudeProgram ?? "claude",
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_MODEL: "claude-opus-5-5",
        CLAUDE_CODE_OAUTH_TOKEN: key,
        CLAUDE_CODE_MAX_RETRIES: "1",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      },
      options: {},
    }),
  }),
  limits: [],
});
