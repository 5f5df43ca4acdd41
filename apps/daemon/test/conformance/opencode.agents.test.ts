/** The real OpenCode under the conformance suite. `ORCH_TEST_OPENCODE` names the program. */
import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";

const program = process.env["ORCH_TEST_OPENCODE"];

describeAgentConformance({
  name: "opencode",
  async open() {
    return {
      ...(await openAgentBench("opencode")),
      settings: ({ url, key }) => ({
        driver: "opencode",
        command: [program ?? "opencode"],
        args: [],
        env: { SCRIPTED_API_KEY: key },
        model: "fake-model",
        options: { max_retries: 2, provider: { base_url: `${url}/v1`, env_key: "SCRIPTED_API_KEY" } },
      }),
    };
  },
  limits: [],
});
