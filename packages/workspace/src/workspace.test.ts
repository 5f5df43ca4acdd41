import { silentLogger, systemClock } from "@orch/core";
import { createRedactor } from "@orch/security";
import { describeCheckouts, describeWarmClones, describeWorkspace } from "@orch/testing";

import { createWorkspace } from "./workspace.ts";

function make(home: string): ReturnType<typeof createWorkspace> {
  return createWorkspace({ home, clock: systemClock, logger: silentLogger, redactor: createRedactor({ secrets: [] }) });
}

describeWorkspace("git workspace", { make });
describeCheckouts("git workspace", { make });
describeWarmClones("git workspace", { make });
