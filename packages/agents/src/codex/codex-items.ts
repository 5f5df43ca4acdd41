import type { AgentEvent, Usage } from "@orch/core";
import { fieldAt, isJsonObject, listAt, numberAt, textAt } from "@orch/parser/text";

import { boundedText, headline, tailOf } from "../bounded-text.ts";
import { inClone } from "../in-clone.ts";

const COMMAND_LENGTH = 2000;
const SHELL = /^\S*\/(?:ba|da|z)?sh -l?c (.+)$/s;

/** The events of an item that codex has begun. */
export function startedItem(item: unknown): readonly AgentEvent[] {
  const id = textAt(item, "id") ?? "";
  if (textAt(item, "type") === "commandExecution") return [{ type: "command:started", id, command: commandOf(item) }];
  const tool = toolOf(item);
  return tool === undefined ? [] : [{ type: "tool:started", id, ...tool }];
}

/** The events of an item that codex has finished. `cwd` is the clone, to which paths are made relative. */
export function finishedItem(item: unknown, cwd: string): readonly AgentEvent[] {
  switch (textAt(item, "type")) {
    case "agentMessage":
      return textEvent(textAt(item, "text"));
    case "reasoning":
      return reasoning(item);
    case "commandExecution":
      return [finishedCommand(item)];
    case "fileChange":
      return textAt(item, "status") === "completed" ? changes(item, cwd) : [];
    default:
      return finishedTool(item);
  }
}

/** The difference of two cumulative token counts of one thread, never below zero. */
export function usageSince(before: Usage, total: Usage): Usage {
  return {
    inputTokens: Math.max(0, total.inputTokens - before.inputTokens),
    cachedInputTokens: Math.max(0, total.cachedInputTokens - before.cachedInputTokens),
    outputTokens: Math.max(0, total.outputTokens - before.outputTokens),
  };
}

/** The cumulative token count of a `thread/tokenUsage/updated` notice. */
export function totalUsage(params: unknown): Usage {
  const count = (name: string): number => numberAt(params, "tokenUsage", "total", name) ?? 0;
  return {
    inputTokens: count("inputTokens"),
    cachedInputTokens: count("cachedInputTokens"),
    outputTokens: count("outputTokens"),
  };
}

function textEvent(text: string | undefined): readonly AgentEvent[] {
  return text === undefined || text.trim() === "" ? [] : [{ type: "text", text: boundedText(text) }];
}

function reasoning(item: unknown): readonly AgentEvent[] {
  const lines = listAt(item, "summary").filter((line) => typeof line === "string");
  const text = boundedText(lines.join("\n"));
  return [text === "" ? { type: "reasoning" } : { type: "reasoning", text }];
}

function finishedCommand(item: unknown): AgentEvent {
  const exitCode = numberAt(item, "exitCode");
  const durationMs = numberAt(item, "durationMs");
  const declined = textAt(item, "status") === "declined";
  return {
    type: "command:finished",
    id: textAt(item, "id") ?? "",
    command: commandOf(item),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(durationMs === undefined ? {} : { durationMs }),
    outputTail: declined ? "(declined)" : tailOf(textAt(item, "aggregatedOutput") ?? ""),
  };
}

/** The command of an item or of a request about one, without the shell around it. */
export function commandOf(item: unknown): string {
  return withoutShell(textAt(item, "command") ?? "").slice(0, COMMAND_LENGTH);
}

/** The script of `/bin/bash -c '…'`, as which codex shows every command; anything else stays what it is. */
function withoutShell(command: string): string {
  const quoted = SHELL.exec(command)?.[1] ?? "";
  if (/^[^\s'"\\]+$/.test(quoted)) return quoted;
  if (/^'[^']*'$/.test(quoted)) return quoted.slice(1, -1);
  if (/^"(?:[^"\\]|\\.)*"$/s.test(quoted)) return quoted.slice(1, -1).replaceAll(/\\(["$`\\])/g, "$1");
  return command;
}

function changes(item: unknown, cwd: string): readonly AgentEvent[] {
  return listAt(item, "changes").flatMap((change): AgentEvent[] => {
    const path = textAt(change, "path");
    if (path === undefined) return [];
    const moved = textAt(change, "kind", "move_path");
    const shown = inClone(path, cwd);
    if (moved !== undefined) {
      return [
        { type: "file:changed", path: shown, change: "deleted" },
        { type: "file:changed", path: inClone(moved, cwd), change: "added" },
      ];
    }
    const kind = textAt(change, "kind", "type") ?? "update";
    if (kind === "add") return [{ type: "file:changed", path: shown, change: "added" }];
    return [{ type: "file:changed", path: shown, change: kind === "delete" ? "deleted" : "modified" }];
  });
}

function finishedTool(item: unknown): readonly AgentEvent[] {
  const tool = toolOf(item);
  if (tool === undefined) return [];
  const failed =
    textAt(item, "status") === "failed" || fieldAt(item, "success") === false || isJsonObject(fieldAt(item, "error"));
  return [{ type: "tool:finished", id: textAt(item, "id") ?? "", ok: !failed, ...tool }];
}

function toolOf(item: unknown): { readonly tool: string; readonly summary: string } | undefined {
  switch (textAt(item, "type")) {
    case "mcpToolCall":
      return { tool: `${textAt(item, "server") ?? "mcp"}.${textAt(item, "tool") ?? "?"}`, summary: argumentsOf(item) };
    case "dynamicToolCall":
    case "collabAgentToolCall":
      return { tool: textAt(item, "tool") ?? "tool", summary: headline(textAt(item, "prompt") ?? argumentsOf(item)) };
    case "webSearch":
      return { tool: "web_search", summary: headline(textAt(item, "query") ?? "") };
    default:
      return undefined;
  }
}

function argumentsOf(item: unknown): string {
  return headline(JSON.stringify(fieldAt(item, "arguments") ?? {}));
}
