import type { AgentDriver, AgentProtocol } from "@orch/core";

import { createClaudeDriver } from "./claude/claude-driver.ts";
import { claudeProtocol, claudeProtocolNamed } from "./claude/claude-protocol.ts";
import { claudeFrontEnd, otherFrontEnds } from "./claude/front-ends.ts";
import { createCodexDriver } from "./codex/codex-driver.ts";
import { codexProtocol } from "./codex/codex-protocol.ts";
import { createCommandDriver } from "./command/command-driver.ts";
import { commandProtocol } from "./command/command-protocol.ts";
import { createReplayDriver } from "./replay/replay-driver.ts";
import { replayProtocol } from "./replay/replay-protocol.ts";
import type { AgentSurroundings } from "./surroundings.ts";

/** Every driver of this package by its name, which is also the name of its protocol. */
export function createDrivers(surroundings: AgentSurroundings): Readonly<Record<string, AgentDriver>> {
  const frontEnds = [claudeFrontEnd, ...otherFrontEnds];
  const drivers = [
    ...frontEnds.map((frontEnd) => createClaudeDriver(frontEnd, surroundings)),
    createCodexDriver(surroundings),
    createCommandDriver(surroundings),
    createReplayDriver(),
  ];
  return Object.fromEntries(drivers.map((driver) => [driver.name, driver]));
}

/** The protocols that the session supervisor speaks for these drivers. */
export const agentProtocols: readonly AgentProtocol[] = [
  claudeProtocol,
  ...otherFrontEnds.map(({ name }) => claudeProtocolNamed(name)),
  codexProtocol,
  commandProtocol,
  replayProtocol,
];
