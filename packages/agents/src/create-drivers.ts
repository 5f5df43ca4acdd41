import type { AgentDriver } from "@orch/core";

import { createAcpDriver } from "./acp/acp-driver.ts";
import { createClaudeDriver } from "./claude/claude-driver.ts";
import { claudeFrontEnd, otherFrontEnds } from "./claude/front-ends.ts";
import { createCodexDriver } from "./codex/codex-driver.ts";
import { createCommandDriver } from "./command/command-driver.ts";
import { endpointsOf } from "./endpoints.ts";
import { createOpencodeDriver } from "./opencode/opencode-driver.ts";
import { createReplayDriver } from "./replay/replay-driver.ts";
import type { AgentSurroundings } from "./surroundings.ts";

/** Every driver of this package by its name, which is also the name of its protocol. */
export function createDrivers(surroundings: AgentSurroundings): Readonly<Record<string, AgentDriver>> {
  const frontEnds = [claudeFrontEnd, ...otherFrontEnds];
  const drivers = [
    createAcpDriver(surroundings),
    ...frontEnds.map((frontEnd) => createClaudeDriver(frontEnd, surroundings)),
    createCodexDriver(surroundings),
    createCommandDriver(surroundings),
    createOpencodeDriver(surroundings),
    createReplayDriver(),
  ];
  return Object.fromEntries(drivers.map((driver) => [driver.name, withEndpoints(driver)]));
}

function withEndpoints(driver: AgentDriver): AgentDriver {
  return { ...driver, endpoints: (settings) => endpointsOf(driver.name, settings) };
}
