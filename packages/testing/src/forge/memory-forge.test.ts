import { parseProjectId, unwrap } from "@orch/core";

import { createFakeClock } from "../fake-clock.ts";
import { describeForge } from "../suites/forge-suite.ts";
import { createMemoryForge } from "./memory-forge.ts";

const project = unwrap(parseProjectId("maker/sample"));

describeForge("memory", {
  async make() {
    const forge = createMemoryForge({ project, clock: createFakeClock() });
    return {
      forge,
      people: forge.people,
      lose: (when) => {
        let isLost = false;
        forge.decideFaults((method) => {
          if (isLost || !WRITES.has(method)) return undefined;
          isLost = true;
          return { code: "forge_unreachable", when };
        });
      },
      refuse: () => forge.failNext({ code: "forge_limited", when: "before", retryAt: 1 }),
    };
  },
});

const WRITES = new Set<string>([
  "openIssue",
  "setLabels",
  "closeIssue",
  "reopenIssue",
  "putComment",
  "openPullRequest",
  "submitReview",
  "merge",
  "deleteBranch",
  "ensureLabels",
]);
