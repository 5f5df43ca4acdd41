import { silentLogger, systemClock } from "@orch/core";
import { createRedactor } from "@orch/security";
import { describeWorkspace } from "@orch/testing";

import { createWorkspace } from "./workspace.ts";

describeWorkspace("git workspace", {
  make: (home) =>
    createWorkspace({ home, clock: systemClock, logger: silentLogger, redactor: createRedactor({ secrets: [] }) }),
});
