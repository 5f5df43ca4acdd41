/** The real codex under the conformance suite. `ORCH_TEST_CODEX` names the program. */
import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";
import { realSettings } from "./real-settings.ts";

describeAgentConformance({
  name: "codex",
  open: async () => ({ ...(await openAgentBench("codex")), settings: realSettings.codex }),
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
