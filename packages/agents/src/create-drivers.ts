import type { AgentDriver, AgentProtocol } from "@orch/core";

import { createAcpDriver } from "./acp/acp-driver.ts";
import { acpProtocol } from "./acp/acp-protocol.ts";
import { createCodexDriver } from "./codex/codex-driver.ts";
import { codexProtocol } from "./codex/codex-protocol.ts";
import { createCommandDriver } from "./command/command-driver.ts";
import { commandProtocol } from "./command/command-protocol.ts";
import { createOpencodeDriver } from "./opencode/opencode-driver.ts";
import { opencodeProtocol } from "./opencode/opencode-protocol.ts";
import { createReplayDriver } from "./replay/replay-driver.ts";
import { replayProtocol } from "./replay/replay-protocol.ts";
import type { AgentSurroundings } from "./surroundings.ts";

/** Every driver of this package by its name, which is also the name of its protocol. */
export function createDrivers(surroundings: AgentSurroundings): Readonly<Record<string, AgentDriver>> {
  const drivers = [
    createAcpDriver(surroundings),
    createCodexDriver(surroundings),
    createCommandDriver(surroundings),
    createOpencodeDriver(surroundings),
    createReplayDriver(),
  ];
  return Object.fromEntries(drivers.map((driver) => [driver.name, driver]));
}

/** The protocols that the session supervisor speaks for these drivers. */
export const agentProtocols: readonly AgentProtocol[] = [
  acpProtocol,
  codexProtocol,
  commandProtocol,
  opencodeProtocol,
  replayProtocol,
];
