import type { AgentEvent } from "@orch/core";
import { classifyText, fieldAt, isJsonObject, listAt, numberAt, parseJsonObject, textAt } from "@orch/parser/text";

import { codexFailure } from "./codex-failure.ts";
import { finishedItem, startedItem } from "./codex-items.ts";

/** `exec --json` does not say where it runs: paths stay as they are. */
const NOWHERE = "/nowhere";
const NAMES: Readonly<Record<string, string>> = {
  agent_message: "agentMessage",
  command_execution: "commandExecution",
  file_change: "fileChange",
  mcp_tool_call: "mcpToolCall",
  web_search: "webSearch",
};

/**
 * The events of what `codex exec --json` printed (codex 0.169, AGENTS 4.3). Its failures are sentences; what it tries
 * again is told by one that begins with `Reconnecting`.
 */
export function decodeCodexExec(text: string): readonly AgentEvent[] {
  const events: AgentEvent[] = [];
  let turns = 0;
  let problem: string | undefined;
  for (const written of text.split("\n")) {
    const line = parseJsonObject(written);
    switch (textAt(line, "type") ?? "") {
      case "thread.started": {
        events.push({ type: "session:ready", agentSession: textAt(line, "thread_id") ?? "" });
        break;
      }
      case "turn.started": {
        turns += 1;
        problem = undefined;
        events.push({ type: "turn:started", turn: turns });
        break;
      }
      case "item.started":
        events.push(...startedItem(itemOf(line)));
        break;
      case "item.completed":
        events.push(...finishedItem(itemOf(line), NOWHERE));
        break;
      case "error":
        problem = tellProblem(events, textAt(line, "message") ?? "") ?? problem;
        break;
      case "turn.completed":
        events.push(
          { type: "usage", usage: usageOf(line) },
          { type: "turn:finished", turn: turns, status: "completed" },
        );
        break;
      case "turn.failed": {
        const message = textAt(line, "error", "message") ?? problem ?? "";
        // Its times are of the day that it was recorded on, which nobody knows.
        const { retryAt: _unknown, ...failure } = codexFailure({ message }, { at: 0 });
        events.push({ type: "error", failure }, { type: "turn:finished", turn: turns, status: "failed" });
      }
    }
  }
  return events;
}

/** True for a text that `codex exec --json` may have printed. */
export function isCodexExec(text: string): boolean {
  return text
    .split("\n", 20)
    .some((line) => /^(?:thread|turn|item)\./.test(textAt(parseJsonObject(line), "type") ?? ""));
}

function tellProblem(events: AgentEvent[], message: string): string | undefined {
  if (!message.startsWith("Reconnecting")) return message;
  const kind = classifyText(message) ?? "network";
  events.push({ type: "retry", failure: { class: kind, message: message.slice(0, 2000) } });
  return undefined;
}

/** An item in the words of `codex app-server`, which has the same ones in another spelling. */
function itemOf(line: unknown): unknown {
  const item = fieldAt(line, "item");
  if (!isJsonObject(item)) return item;
  const type = textAt(item, "type") ?? "";
  const text = textAt(item, "text");
  const changes = listAt(item, "changes").map((change) => ({
    path: textAt(change, "path"),
    kind: { type: textAt(change, "kind") },
  }));
  return {
    ...item,
    type: Object.hasOwn(NAMES, type) ? NAMES[type] : type,
    aggregatedOutput: textAt(item, "aggregated_output"),
    exitCode: numberAt(item, "exit_code"),
    ...(type === "reasoning" && text !== undefined ? { summary: [text] } : {}),
    ...(changes.length === 0 ? {} : { changes }),
  };
}

function usageOf(line: unknown): Extract<AgentEvent, { type: "usage" }>["usage"] {
  const count = (name: string): number => numberAt(line, "usage", name) ?? 0;
  return {
    inputTokens: count("input_tokens"),
    cachedInputTokens: count("cached_input_tokens"),
    outputTokens: count("output_tokens"),
  };
}
