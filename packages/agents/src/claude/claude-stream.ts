import { addUsage, noUsage, type AgentEvent, type AgentFailure, type Usage } from "@orch/core";
import { fieldAt, isJsonObject, listAt, numberAt, parseJsonObject, textAt, type JsonObject } from "@orch/parser/text";

import { boundedText, headline } from "../bounded-text.ts";
import { askedPause, claudeFailure, retriedFailure } from "./claude-failure.ts";
import { answerText, finishedCall, startedCall, summaryOf, type ToolCall } from "./claude-tools.ts";
import { restOf, usageOfMessage, usageOfResult } from "./claude-usage.ts";

/** What a line of Claude Code's stream means to whoever talks with it, beside its events. */
export type ClaudeSign =
  /** It asks for permission; the id is that of the control request. */
  | { readonly sign: "asks"; readonly id: string; readonly tool: string; readonly input: unknown }
  /** It takes a request back, by its id: no answer is waited for. */
  | { readonly sign: "recants"; readonly id: string }
  /** It asks for something else, which needs an answer too. */
  | { readonly sign: "wants"; readonly id: string; readonly what: string }
  /** A message of ours shows up, by the uuid that it was sent with. */
  | { readonly sign: "shows"; readonly uuid: string; readonly text: string }
  /** A turn has ended. */
  | { readonly sign: "result"; readonly failed: boolean };

/** The reader of one stream of `--output-format stream-json`; lines go in, events and signs come out. */
export interface ClaudeStream {
  /** One line; what is no JSON object, and what is not known, says nothing. */
  line(text: string): ClaudeSign | undefined;
  /** True between the beginning of a turn and its result. */
  readonly turning: boolean;
}

interface State {
  readonly emit: (event: AgentEvent) => void;
  readonly calls: Map<string, ToolCall>;
  cwd: string;
  turns: number;
  turning: boolean;
  ready: boolean;
  /** What was told of each answer of the running turn, by its id: an answer comes in several lines. */
  readonly answers: Map<string, Usage>;
  /** The answer that is being streamed, by whose it is: of the agent itself, or of a helper. */
  readonly streaming: Map<string, unknown>;
  told: Usage;
  error?: string;
  resetsAt?: number;
}

/** Begins to read. Events are emitted in the order of the stream (Claude Code 2.1, AGENTS 3.4). */
export function createClaudeStream(emit: (event: AgentEvent) => void): ClaudeStream {
  const state: State = {
    emit,
    calls: new Map(),
    cwd: "/",
    turns: 0,
    turning: false,
    ready: false,
    answers: new Map(),
    streaming: new Map(),
    told: noUsage,
  };
  return {
    line(text) {
      const line = parseJsonObject(text);
      const type = textAt(line, "type") ?? "";
      const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
      return line === undefined ? undefined : read?.(state, line);
    },
    get turning() {
      return state.turning;
    },
  };
}

type Reader = (state: State, line: JsonObject) => ClaudeSign | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  system: readSystem,
  assistant: readAssistant,
  stream_event: readPartial,
  user: readUser,
  rate_limit_event: readQuota,
  control_request: readRequest,
  control_cancel_request: readCancel,
  result: readResult,
};

function readSystem(state: State, line: JsonObject): undefined {
  const subtype = textAt(line, "subtype");
  if (subtype === "init") return beginTurn(state, line);
  if (subtype === "api_retry") return tellRetry(state, line);
  if (subtype !== "permission_denied") return undefined;
  const id = textAt(line, "tool_use_id") ?? "";
  const tool = textAt(line, "tool_name") ?? "a tool";
  const call = state.calls.get(id);
  const what = call === undefined ? (textAt(line, "message") ?? tool) : summaryOf(call.input);
  state.emit({ type: "permission:requested", id, what: headline(what), tool });
  state.emit({ type: "permission:answered", id, allowed: false });
}

function tellRetry(state: State, line: JsonObject): undefined {
  const pauseMs = askedPause(line);
  state.emit({ type: "retry", failure: retriedFailure(line), ...(pauseMs === undefined ? {} : { pauseMs }) });
}

/** `init` opens every turn, not only the first. */
function beginTurn(state: State, line: JsonObject): undefined {
  state.cwd = textAt(line, "cwd") ?? state.cwd;
  state.turns += 1;
  state.turning = true;
  if (!state.ready) {
    state.ready = true;
    const session = textAt(line, "session_id");
    const model = textAt(line, "model");
    const version = textAt(line, "claude_code_version");
    state.emit({
      type: "session:ready",
      ...(session === undefined ? {} : { agentSession: session }),
      ...(model === undefined ? {} : { model }),
      ...(version === undefined ? {} : { version }),
    });
  }
  state.emit({ type: "turn:started", turn: state.turns });
}

function readAssistant(state: State, line: JsonObject): undefined {
  const message = fieldAt(line, "message");
  const error = textAt(line, "error");
  if (error !== undefined) {
    state.error = error;
    return;
  }
  tellUse(state, message, fieldAt(message, "usage"));
  const isSubagent = textAt(line, "parent_tool_use_id") !== undefined;
  for (const block of listAt(message, "content")) readBlock(state, { block, line, isSubagent });
}

/** The output of an answer is known at its end, where the program was asked for partial messages. */
function readPartial(state: State, line: JsonObject): undefined {
  const event = fieldAt(line, "event");
  const whose = textAt(line, "parent_tool_use_id") ?? "";
  const type = textAt(event, "type");
  if (type === "message_start") state.streaming.set(whose, fieldAt(event, "message"));
  if (type === "message_delta") tellUse(state, state.streaming.get(whose), fieldAt(event, "usage"));
}

/** What an answer has used beyond what was told of it: its input when it begins, of its output what is known. */
function tellUse(state: State, message: unknown, written: unknown): void {
  const id = textAt(message, "id") ?? "";
  const model = textAt(message, "model");
  const all = usageOfMessage(written);
  const before = state.answers.get(id) ?? noUsage;
  const usage = restOf(all, before);
  if (id === "" || usage.inputTokens + usage.outputTokens === 0) return;
  state.answers.set(id, addUsage(before, usage));
  state.told = addUsage(state.told, usage);
  state.emit({ type: "usage", usage, ...(model === undefined ? {} : { model }) });
}

function readBlock(
  state: State,
  input: { readonly block: unknown; readonly line: JsonObject; readonly isSubagent: boolean },
): void {
  const { block, line, isSubagent } = input;
  switch (textAt(block, "type") ?? "") {
    case "text": {
      const text = boundedText(textAt(block, "text") ?? "");
      // What a helper of the agent's own says is no word of the agent.
      if (text.trim() !== "") state.emit(isSubagent ? { type: "reasoning", text } : { type: "text", text });
      return;
    }
    case "thinking": {
      const text = boundedText(textAt(block, "thinking") ?? "");
      return state.emit(text === "" ? { type: "reasoning" } : { type: "reasoning", text });
    }
    case "tool_use": {
      const at = timeOf(line);
      const call: ToolCall = {
        id: textAt(block, "id") ?? "",
        name: textAt(block, "name") ?? "tool",
        input: fieldAt(block, "input"),
        ...(at === undefined ? {} : { at }),
      };
      state.calls.set(call.id, call);
      state.emit(startedCall(call));
    }
  }
}

function readUser(state: State, line: JsonObject): ClaudeSign | undefined {
  const content = fieldAt(line, "message", "content");
  if (fieldAt(line, "isReplay") === true) {
    const text = typeof content === "string" ? content : answerText({ content });
    return { sign: "shows", uuid: textAt(line, "uuid") ?? "", text };
  }
  if (!Array.isArray(content)) return undefined;
  for (const block of content) {
    const call = state.calls.get(textAt(block, "tool_use_id") ?? "");
    if (textAt(block, "type") !== "tool_result" || call === undefined) continue;
    state.calls.delete(call.id);
    const at = timeOf(line);
    const answer = {
      text: answerText(block),
      isError: fieldAt(block, "is_error") === true,
      rich: fieldAt(line, "tool_use_result"),
      cwd: state.cwd,
      ...(at === undefined ? {} : { at }),
    };
    for (const event of finishedCall(call, answer)) state.emit(event);
  }
  return undefined;
}

function timeOf(line: JsonObject): number | undefined {
  const at = Date.parse(textAt(line, "timestamp") ?? "");
  return Number.isFinite(at) ? at : undefined;
}

function readQuota(state: State, line: JsonObject): undefined {
  const info = fieldAt(line, "rate_limit_info");
  const status = textAt(info, "status") ?? "";
  const resets = numberAt(info, "resetsAt");
  const used = numberAt(info, "utilization");
  if (status === "rejected" && resets !== undefined) state.resetsAt = resets * 1000;
  state.emit({
    type: "quota",
    window: headline(textAt(info, "rateLimitType") ?? "account"),
    status: quotaStatus(status),
    ...(used === undefined ? {} : { usedPercent: Math.round(used * 100) }),
    ...(resets === undefined ? {} : { resetsAt: resets * 1000 }),
  });
}

function quotaStatus(written: string): Extract<AgentEvent, { type: "quota" }>["status"] {
  if (written === "rejected") return "rejected";
  return written.includes("warning") ? "warning" : "allowed";
}

function readRequest(_state: State, line: JsonObject): ClaudeSign | undefined {
  const id = textAt(line, "request_id");
  if (id === undefined) return undefined;
  const request = fieldAt(line, "request");
  const what = textAt(request, "subtype") ?? "";
  if (what !== "can_use_tool") return { sign: "wants", id, what };
  return { sign: "asks", id, tool: textAt(request, "tool_name") ?? "a tool", input: fieldAt(request, "input") };
}

function readCancel(_state: State, line: JsonObject): ClaudeSign | undefined {
  const id = textAt(line, "request_id");
  return id === undefined ? undefined : { sign: "recants", id };
}

function readResult(state: State, line: JsonObject): ClaudeSign {
  if (!state.turning) beginUnannounced(state);
  const usage = restOf(usageOfResult(line), state.told);
  if (usage.inputTokens + usage.outputTokens > 0 || (usage.costUsd ?? 0) > 0) state.emit({ type: "usage", usage });
  const aborted = (textAt(line, "terminal_reason") ?? "").startsWith("aborted_");
  const failure = aborted ? undefined : claudeFailure(line, hintsOf(state));
  if (failure !== undefined) state.emit({ type: "error", failure });
  tellStructured(state, { line, failure });
  const ended = failure === undefined ? "completed" : "failed";
  const status = aborted ? "interrupted" : ended;
  state.emit({ type: "turn:finished", turn: state.turns, status });
  Object.assign(state, { turning: false, told: noUsage });
  state.answers.clear();
  state.streaming.clear();
  delete state.error;
  return { sign: "result", failed: failure !== undefined };
}

/** `--output-format json` prints a result and nothing else. */
function beginUnannounced(state: State): void {
  state.turns += 1;
  state.emit({ type: "turn:started", turn: state.turns });
}

/** An answer in a structure of its own, and the words of a run that printed nothing but its result. */
function tellStructured(
  state: State,
  { line, failure }: { readonly line: JsonObject; readonly failure: AgentFailure | undefined },
): void {
  if (failure !== undefined) return;
  const structured = fieldAt(line, "structured_output");
  const said = state.ready ? undefined : textAt(line, "result");
  const words = isJsonObject(structured) ? JSON.stringify(structured) : said;
  if (words !== undefined && words !== "") state.emit({ type: "text", text: boundedText(words) });
}

function hintsOf({ error, resetsAt }: State): Parameters<typeof claudeFailure>[1] {
  return { ...(error === undefined ? {} : { error }), ...(resetsAt === undefined ? {} : { resetsAt }) };
}
