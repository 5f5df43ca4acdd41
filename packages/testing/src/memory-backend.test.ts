import { parseBranchName, parseProjectId, unwrap } from "@orch/core";

import { createMemoryBackend } from "./memory-backend.ts";
import { describeBackend } from "./suites/backend-suite.ts";

const project = unwrap(parseProjectId("acme/app"));

describeBackend("memory", {
  async make() {
    const backend = createMemoryBackend(project);
    return {
      backend,
      project,
      main: unwrap(parseBranchName("main")),
      open: async (issue) => backend.open(issue),
      comments: async (id) => backend.comments(id),
      push: async (branch) => backend.push(branch),
      report: async (commit, check) => backend.report(commit, check),
    };
  },
});
