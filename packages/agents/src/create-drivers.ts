import type { AgentDriver, AgentProtocol } from "@orch/core";

import { createAcpDriver } from "./acp/acp-driver.ts";
import { acpProtocol } from "./acp/acp-protocol.ts";
import { createClaudeDriver } from "./claude/claude-driver.ts";
import { claudeProtocol, claudeProtocolNamed } from "./claude/claude-protocol.ts";
import { claudeFrontEnd, otherFrontEnds } from "./claude/front-ends.ts";
import { createCodexDriver } from "./codex/codex-driver.ts";
import { codexProtocol } from "./codex/codex-protocol.ts";
import { createCommandDriver } from "./command/command-driver.ts";
import { commandProtocol } from "./command/command-protocol.ts";
import { endpointsOf } from "./endpoints.ts";
import { createOpencodeDriver } from "./opencode/opencode-driver.ts";
import { opencodeProtocol } from "./opencode/opencode-protocol.ts";
import { createReplayDriver } from "./replay/replay-driver.ts";
import { replayProtocol } from "./replay/replay-protocol.ts";
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

/** The protocols that the session supervisor speaks for these drivers. */
export const agentProtocols: readonly AgentProtocol[] = [
  acpProtocol,
  claudeProtocol,
  ...otherFrontEnds.map(({ name }) => claudeProtocolNamed(name)),
  codexProtocol,
  commandProtocol,
  opencodeProtocol,
  replayProtocol,
];
