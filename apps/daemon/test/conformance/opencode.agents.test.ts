/** The real OpenCode under the conformance suite. `ORCH_TEST_OPENCODE` names the program. */
import { describeAgentConformance } from "@orch/testing";
import { describe } from "vitest";

import { openAgentBench } from "../agent-bench.ts";
import { opencodeProgram, realSettings } from "./real-settings.ts";

// It is not pinned for every system.
describe.skipIf(opencodeProgram === undefined)("where it was brought", () => {
  describeAgentConformance({
    name: "opencode",
    open: async () => ({ ...(await openAgentBench("opencode")), settings: realSettings.opencode }),
    limits: [
      {
        case: "edits, runs a command, commits and reports",
        reason: "OpenCode tells of no windows of an account",
        facts: { windows: "untold" },
      },
      {
        case: "tells when a usage limit ends",
        reason: "OpenCode tells that time in its last error alone, after more than a minute of tries of its own",
        facts: { knows: "nothing" },
      },
    ],
  });
});
