import { createDrivers } from "@orch/agents";
import type { AgentSettings } from "@orch/core";

import type { DaemonEnvironment } from "../env.ts";
import { agentSecrets } from "../secrets.ts";

/** The keys and logins that an agent works with: secret variables, those of its accounts, and its login files. */
export async function keysOf(
  settings: AgentSettings,
  { path, userHome }: Pick<DaemonEnvironment, "path" | "userHome">,
): Promise<readonly string[]> {
  return agentSecrets([settings], createDrivers({ path, home: userHome }));
}
