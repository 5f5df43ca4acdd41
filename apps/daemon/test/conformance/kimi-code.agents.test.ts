/** Kimi Code by ACP, under the conformance suite. `ORCH_TEST_KIMI` names the program. */
import { describeAgentConformance, type ConformanceLimit } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";
import { acpLimits, EXIT_CODES } from "./acp-limits.ts";
import { realSettings } from "./real-settings.ts";

const SILENT = "Kimi Code ends a turn whose request failed without a word, so that no class of failure is known";
const PARTIAL = "Kimi Code takes the part that came before a break for the whole answer";
const USAGE = "Kimi Code tells by ACP how full its window is, and not what it used";

describeAgentConformance({
  name: "kimi-code",
  open: async () => ({ ...(await openAgentBench("acp")), settings: realSettings.kimiCode }),
  limits: [
    {
      case: "edits, runs a command, commits and reports",
      reason: `${EXIT_CODES}; ${USAGE}`,
      facts: { told: "ready, turn, text, change of src/sum.js", usage: "0 in, 0 out", windows: "untold" },
    },
    acpLimits.failedCommand,
    acpLimits.message,
    { case: "goes on with its conversation after a kill", reason: USAGE, facts: { usage: "0 in, 0 out" } },
    {
      case: "does not write a file when that is denied, and goes on",
      reason: "Kimi Code asks before commands, and not before it writes files of its folder",
      facts: { made: true },
    },
    {
      case: "tells a failure of class rate_limit, and when the service wants to be asked again",
      reason: SILENT,
      facts: { failure: "failed", pause: false },
    },
    ...["overloaded", "quota", "model", "server"].map(untold),
    { case: "tells that the service hangs up before it answers", reason: SILENT, facts: { failure: "failed" } },
    {
      case: "tells when a usage limit ends",
      reason: SILENT,
      facts: { failure: "failed", knows: "nothing" },
    },
    {
      case: "tells a failure of class context",
      reason: "Kimi Code says that it can't make its conversation shorter, and ends its turn well",
      facts: { failure: "none", turn: "completed", words: false },
    },
    { case: "gets over a rate limit, and tells so", reason: SILENT, facts: { retry: "untold" } },
    {
      case: "tells that the service hangs up in the middle of an answer",
      reason: PARTIAL,
      facts: { failure: "none", turn: "completed", words: false },
    },
    { case: "gets over an answer that broke off once", reason: PARTIAL, facts: { report: "none" } },
    {
      case: "makes no success of an answer that was cut off",
      reason: "Kimi Code ends the turn well; without a report it is no success all the same",
      facts: { failed: false },
    },
  ],
});

function untold(failure: string): ConformanceLimit {
  return { case: `tells a failure of class ${failure}`, reason: SILENT, facts: { failure: "failed" } };
}
