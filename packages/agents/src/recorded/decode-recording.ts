import { noUsage, type AgentConclusion, type AgentEvent, type SessionExit } from "@orch/core";
import { agentFailure } from "@orch/parser/text";

import { decodeAcp } from "../acp/acp-recording.ts";
import { boundedText } from "../bounded-text.ts";
import { createClaudeStream } from "../claude/claude-stream.ts";
import { decodeCodexExec, isCodexExec } from "../codex/codex-exec.ts";
import { decodeCodexServer, isCodexServer } from "../codex/codex-server-recording.ts";
import { concludeTurns, reportIn } from "../conclude.ts";
import { decodeOpencode } from "../opencode/opencode-recording.ts";

/** What a recorded output amounts to. */
export interface DecodedRecording extends AgentConclusion {
  readonly events: readonly AgentEvent[];
}

const DECODERS: Readonly<Record<string, (text: string) => readonly AgentEvent[]>> = {
  claude: decodeClaude,
  kimi: decodeClaude,
  minimax: decodeClaude,
  codex: decodeCodex,
  opencode: decodeOpencode,
  acp: decodeAcp,
};

/** The agents whose recordings are understood; of any other the text alone is looked at. */
export const recordedAgents: readonly string[] = Object.keys(DECODERS);

/**
 * What an agent's recorded standard output amounts to, by the same code that follows a live one (seed row A65). A
 * recording that is not understood, breaks off or holds a broken report ends in a failure `invalid_output`; nothing is
 * ever taken for success because it could not be read. A run that came to its end without a report has none, and no
 * failure either: what it did is for the checks to judge. Never throws.
 */
export function decodeRecording(agent: string, text: string): DecodedRecording {
  const decode = Object.hasOwn(DECODERS, agent) ? DECODERS[agent] : undefined;
  if (decode === undefined) return ofText(text);
  const events = decode(text);
  if (events.length === 0) {
    return { events, usage: noUsage, failure: agentFailure("invalid_output", `this is no output of ${agent}`) };
  }
  const concluded = concludeTurns({ events, exit: endOf(text) });
  const { failure, reportProblem } = concluded;
  if (failure !== undefined || reportProblem === undefined) return { events, ...concluded };
  return { events, ...concluded, failure: agentFailure("invalid_output", reportProblem) };
}

/** Output without a protocol: a report in it, or nothing. */
function ofText(text: string): DecodedRecording {
  const events: readonly AgentEvent[] = text.trim() === "" ? [] : [{ type: "text", text: boundedText(text) }];
  const found = reportIn(text);
  if (found.report !== undefined) return { events, ...found, usage: noUsage };
  const problem = found.reportProblem ?? "there is no report in it";
  return { events, ...found, usage: noUsage, failure: agentFailure("invalid_output", problem) };
}

function decodeClaude(text: string): readonly AgentEvent[] {
  const events: AgentEvent[] = [];
  const stream = createClaudeStream((event) => void events.push(event));
  for (const line of text.split("\n")) stream.line(line);
  return events;
}

function decodeCodex(text: string): readonly AgentEvent[] {
  if (isCodexExec(text)) return decodeCodexExec(text);
  return isCodexServer(text) ? decodeCodexServer(text) : [];
}

/** A recording does not tell how the process ended, so it is taken to have ended by itself. */
function endOf(text: string): SessionExit {
  const rest = { startedAt: 0, endedAt: 0, outputHash: "", lastSeq: 0, survivors: 0, sandbox: "none" } as const;
  return { cause: "exited", code: 0, outputBytes: Buffer.byteLength(text), ...rest };
}
