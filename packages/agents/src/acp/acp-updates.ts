import type { AgentEvent } from "@orch/core";
import { fieldAt, listAt, numberAt, parseJsonObject, textAt } from "@orch/parser/text";

import { boundedText, headline, tailOf } from "../bounded-text.ts";
import { inClone } from "../in-clone.ts";

const COMMAND_LENGTH = 2000;
const KEPT_CHARS = 2_000_000;

/** A tool call, as far as its updates have told. */
interface Call {
  readonly kind: string;
  readonly title: string;
  readonly input: unknown;
  readonly content: readonly unknown[];
  /** Changes of files, which some agents tell before the call ends and not again. */
  readonly diffs: readonly unknown[];
  readonly output: unknown;
  /** True for a call that was announced before its input was known. */
  readonly early: boolean;
  begun: boolean;
  ended: boolean;
}

/** Turns the updates of a session into events. */
export interface UpdateReader {
  /** The events that an update brings. `cwd` is the clone, to which paths are made relative. */
  read(update: unknown, cwd: string): readonly AgentEvent[];
  /** What was said in pieces and is not told yet. */
  flush(): readonly AgentEvent[];
  /** What a tool call is about, as far as it was told. */
  aboutCall(id: string): { readonly title: string; readonly kind: string; readonly input: unknown };
}

/** A reader that has seen nothing. */
export function createUpdateReader(): UpdateReader {
  const calls = new Map<string, Call>();
  let said: { readonly kind: "text" | "reasoning"; readonly of: string; text: string } | undefined;

  function flush(): readonly AgentEvent[] {
    const whole = said;
    said = undefined;
    if (whole === undefined || whole.text.trim() === "") return [];
    return [{ type: whole.kind, text: boundedText(whole.text) }];
  }

  function chunk(kind: "text" | "reasoning", update: unknown): readonly AgentEvent[] {
    const text = textAt(update, "content", "text") ?? "";
    const of = textAt(update, "messageId") ?? "";
    const before = said?.kind === kind && said.of === of ? [] : flush();
    said ??= { kind, of, text: "" };
    said.text += text;
    if (said.text.length > KEPT_CHARS) return [...before, ...flush()];
    return before;
  }

  function call(update: unknown, cwd: string): readonly AgentEvent[] {
    const id = textAt(update, "toolCallId") ?? "";
    const known = calls.get(id);
    const now = merged(known, update);
    calls.set(id, now);
    const status = textAt(update, "status");
    const events: AgentEvent[] = [...flush()];
    const ends = (status === "completed" || status === "failed") && !now.ended;
    const waits = now.early && now.input === undefined;
    if (!now.begun && ((status === "in_progress" && !waits) || ends)) {
      now.begun = true;
      events.push(begun(id, now));
    }
    if (ends) {
      now.ended = true;
      events.push(...ended({ id, call: now, ok: status === "completed", cwd }));
    }
    return events;
  }

  return {
    flush,
    aboutCall: (id) => {
      const { title, kind, ...call } = calls.get(id) ?? UNKNOWN;
      return { title, kind, input: call.input ?? streamedInput(call.content) };
    },
    read(update, cwd) {
      switch (textAt(update, "sessionUpdate")) {
        case "agent_message_chunk":
          return chunk("text", update);
        case "agent_thought_chunk":
          return chunk("reasoning", update);
        case "tool_call":
        case "tool_call_update":
          return call(update, cwd);
        default:
          return [];
      }
    },
  };
}

const UNKNOWN: Call = {
  kind: "other",
  title: "",
  input: undefined,
  content: [],
  diffs: [],
  output: undefined,
  early: false,
  begun: false,
  ended: false,
};

function merged(known: Call = UNKNOWN, update: unknown = {}): Call {
  const content = listAt(update, "content");
  const diffs = content.filter((part) => textAt(part, "type") === "diff");
  const input = fieldAt(update, "rawInput");
  const announced = textAt(update, "sessionUpdate") === "tool_call" && textAt(update, "status") === "pending";
  return {
    ...known,
    early: announced ? input === undefined : known.early,
    kind: textAt(update, "kind") ?? known.kind,
    title: textAt(update, "title") ?? known.title,
    input: input ?? known.input,
    output: fieldAt(update, "rawOutput") ?? known.output,
    content: content.length === 0 ? known.content : content,
    diffs: diffs.length === 0 ? known.diffs : diffs,
  };
}

/** Some agents show a call's input as text while the model writes it, and as input only once the call is allowed. */
function streamedInput(content: readonly unknown[]): unknown {
  return parseJsonObject(textAt(content[0], "content", "text") ?? "");
}

function commandOf({ input, title }: Call): string {
  const command =
    textAt(input, "command") ??
    listAt(input, "command")
      .filter((word) => typeof word === "string")
      .join(" ");
  return (command === "" ? title : command).slice(0, COMMAND_LENGTH).toWellFormed();
}

function begun(id: string, call: Call): AgentEvent {
  if (call.kind === "execute") return { type: "command:started", id, command: commandOf(call) };
  return { type: "tool:started", tool: call.kind, id, summary: headline(call.title) };
}

function ended(run: {
  readonly id: string;
  readonly call: Call;
  readonly ok: boolean;
  readonly cwd: string;
}): readonly AgentEvent[] {
  const { id, call, ok, cwd } = run;
  if (call.kind === "execute") return [finishedCommand(id, call)];
  const done: AgentEvent = { type: "tool:finished", tool: call.kind, id, ok, summary: headline(call.title) };
  return ok ? [done, ...call.diffs.flatMap((part) => change(part, cwd))] : [done];
}

function finishedCommand(id: string, call: Call): AgentEvent {
  const exitCode =
    numberAt(call.output, "metadata", "exit") ??
    numberAt(call.output, "exitCode") ??
    numberAt(call.output, "exit_code");
  const shown = call.content.map((part) => textAt(part, "content", "text") ?? "").join("\n");
  return {
    type: "command:finished",
    id,
    command: commandOf(call),
    ...(exitCode === undefined ? {} : { exitCode }),
    outputTail: tailOf(shown === "" ? (textAt(call.output, "output") ?? "") : shown),
  };
}

function change(part: unknown, cwd: string): readonly AgentEvent[] {
  const path = textAt(part, "path");
  if (path === undefined) return [];
  const added = (fieldAt(part, "oldText") ?? null) === null;
  return [{ type: "file:changed", path: inClone(path, cwd), change: added ? "added" : "modified" }];
}
