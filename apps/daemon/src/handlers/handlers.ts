import type { ApiVerbName } from "@orch/commands";

import { approveTaskHandlers } from "./approve-tasks.ts";
import { boardHandlers } from "./board-verbs.ts";
import { createTaskHandlers } from "./create-task.ts";
import { lookAtTaskHandlers } from "./look-at-tasks.ts";
import { machineHandlers } from "./machine-verbs.ts";
import { moneyHandlers } from "./money-verbs.ts";
import { moveTaskHandlers } from "./move-tasks.ts";
import { routeHandlers } from "./route-verbs.ts";
import type { Handlers } from "./services.ts";
import { sessionHandlers } from "./session-verbs.ts";
import { webhookHandlers } from "./webhook-verbs.ts";

/** The handler of every verb that the daemon does. */
export const handlers: Handlers<ApiVerbName> = {
  ...approveTaskHandlers,
  ...boardHandlers,
  ...createTaskHandlers,
  ...lookAtTaskHandlers,
  ...machineHandlers,
  ...moneyHandlers,
  ...moveTaskHandlers,
  ...routeHandlers,
  ...sessionHandlers,
  ...webhookHandlers,
};
