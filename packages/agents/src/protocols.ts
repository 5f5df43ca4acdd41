import type { AgentProtocol } from "@orch/core";

import { acpProtocol } from "./acp/acp-protocol.ts";
import { claudeProtocol, claudeProtocolNamed } from "./claude/claude-protocol.ts";
import { otherFrontEnds } from "./claude/front-ends.ts";
import { codexProtocol } from "./codex/codex-protocol.ts";
import { commandProtocol } from "./command/command-protocol.ts";
import { opencodeProtocol } from "./opencode/opencode-protocol.ts";
import { replayProtocol } from "./replay/replay-protocol.ts";

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
