import type { AgentEvent } from "@orch/core";
import { fieldAt, textAt } from "@orch/parser/text";

import { headline, tailOf } from "../bounded-text.ts";
import { inClone } from "../in-clone.ts";

const COMMAND_LENGTH = 2000;
const SHELLS: ReadonlySet<string> = new Set(["Bash", "PowerShell"]);
const EDITORS: ReadonlySet<string> = new Set(["Edit", "MultiEdit", "NotebookEdit", "Write"]);

/** A tool that Claude has called and whose answer is awaited. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  /** When it was called (epoch milliseconds), where the line says so. */
  readonly at?: number;
}

/** The event of a call. */
export function startedCall({ id, name, input }: ToolCall): AgentEvent {
  if (SHELLS.has(name)) return { type: "command:started", id, command: commandOf(input) };
  return { type: "tool:started", id, tool: name, summary: summaryOf(input) };
}

/** The events of a call's answer. `rich` is `tool_use_result`, which says more than the text that the model got. */
export function finishedCall(
  call: ToolCall,
  answer: {
    readonly text: string;
    readonly isError: boolean;
    readonly rich: unknown;
    readonly at?: number;
    readonly cwd: string;
  },
): readonly AgentEvent[] {
  const { id, name, input } = call;
  if (SHELLS.has(name)) return [finishedCommand(call, answer)];
  const summary = answer.isError ? headline(answer.text) : summaryOf(input);
  const finished: AgentEvent = { type: "tool:finished", id, tool: name, ok: !answer.isError, summary };
  const path = textAt(input, "file_path") ?? textAt(input, "notebook_path");
  if (answer.isError || path === undefined || !EDITORS.has(name)) return [finished];
  const change = textAt(answer.rich, "type") === "create" ? "added" : "modified";
  return [finished, { type: "file:changed", path: inClone(path, answer.cwd), change }];
}

function finishedCommand(
  call: ToolCall,
  answer: { readonly text: string; readonly isError: boolean; readonly at?: number },
): AgentEvent {
  const exitCode = exitCodeOf(answer);
  const durationMs = call.at === undefined || answer.at === undefined ? undefined : Math.max(0, answer.at - call.at);
  return {
    type: "command:finished",
    id: call.id,
    command: commandOf(call.input),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(durationMs === undefined ? {} : { durationMs }),
    outputTail: tailOf(answer.text.replace(/^Exit code \d+\n?/, "")),
  };
}

/** Claude Code writes the exit code of a command that failed in front of its output; a refused one has none. */
function exitCodeOf({ text, isError }: { readonly text: string; readonly isError: boolean }): number | undefined {
  if (!isError) return 0;
  const code = /^Exit code (\d+)/.exec(text)?.[1];
  return code === undefined ? undefined : Number(code);
}

function commandOf(input: unknown): string {
  return (textAt(input, "command") ?? "").slice(0, COMMAND_LENGTH);
}

/** What a call is about, in one line: the first of the inputs that usually says it. */
export function summaryOf(input: unknown): string {
  const keys = ["command", "file_path", "path", "pattern", "query", "url", "prompt", "description", "skill"];
  const telling = keys.map((key) => textAt(input, key)).find((text) => text !== undefined && text !== "");
  return headline(telling ?? JSON.stringify(input ?? {}));
}

/** The text of a tool's answer, which is a text or a list of blocks. */
export function answerText(block: unknown): string {
  const content = fieldAt(block, "content");
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => textAt(part, "text") ?? "").join("\n");
}
