/** The real codex under the conformance suite. `ORCH_TEST_CODEX` names the program. */
import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";

const program = process.env["ORCH_TEST_CODEX"] ?? "codex";

describeAgentConformance({
  name: "codex",
  async open() {
    return {
      ...(await openAgentBench("codex")),
      settings: ({ url, key }) => ({
        driver: "codex",
        command: [program],
        args: [],
        env: { SCRIPTED_API_KEY: key },
        model: "gpt-6.1-sol",
        options: {
          provider: {
            base_url: `${url}/v1`,
            env_key: "SCRIPTED_API_KEY",
            request_max_retries: 1,
            stream_max_retries: 1,
          },
        },
      }),
    };
  },
  limits: [
    {
      case: "tells a failure of class rate_limit, and when the service wants to be asked again",
      reason: "codex heeds that pause, and does not tell it",
      facts: { pause: false },
    },
    {
      case: "takes a prompt of 3 MB",
      reason: "codex takes messages of at most 1,048,576 characters",
      facts: { failure: "context", report: "none", turn: "none", whole: false },
    },
  ],
});
