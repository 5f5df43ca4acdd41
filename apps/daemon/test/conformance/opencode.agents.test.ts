/** The real OpenCode under the conformance suite. `ORCH_TEST_OPENCODE` names the program. */
import { describeAgentConformance } from "@orch/testing";
import { describe } from "vitest";

import { openAgentBench } from "../agent-bench.ts";

const program = process.env["ORCH_TEST_OPENCODE"];

// It is not pinned for every system.
describe.skipIf(program === undefined)("where it was brought", () => {
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
    limits: [
      {
        case: "tells when a usage limit ends",
        reason: "OpenCode tells that time in its last error alone, after more than a minute of tries of its own",
        facts: { knows: "nothing" },
      },
    ],
  });
});
