import type { AgentEvent, Usage } from "@orch/core";
import { fieldAt, numberAt, textAt } from "@orch/parser/text";

import { boundedText, headline, tailOf } from "../bounded-text.ts";
import { inClone } from "../in-clone.ts";

const COMMAND_LENGTH = 2000;
const CHANGES = new Set(["edit", "write", "apply_patch", "patch"]);

/** Turns the parts of assistant messages into events, each once, however often opencode shows it. */
export interface PartReader {
  /** The events that this state of a part brings. `cwd` is the clone, to which paths are made relative. */
  read(part: unknown, cwd: string): readonly AgentEvent[];
}

/** A reader that has seen nothing. */
export function createPartReader(): PartReader {
  const told = new Set<string>();
  const once = (key: string, events: () => readonly AgentEvent[]): readonly AgentEvent[] => {
    if (told.has(key)) return [];
    told.add(key);
    return events();
  };
  return {
    read(part, cwd) {
      const id = textAt(part, "id") ?? "";
      switch (textAt(part, "type")) {
        case "text":
          return isWhole(part) ? once(id, () => text(part)) : [];
        case "reasoning":
          return isWhole(part) ? once(id, () => reasoning(part)) : [];
        case "step-finish":
          return once(id, () => usage(part));
        case "tool": {
          const state = textAt(part, "state", "status");
          if (state === "running") return once(`${id} begins`, () => begun(part));
          if (state !== "completed" && state !== "error") return [];
          // Recordings of `run` show a tool only when it has ended.
          const start = once(`${id} begins`, () => begun(part));
          return [...start, ...once(`${id} ends`, () => ended(part, cwd))];
        }
        default:
          return [];
      }
    },
  };
}

function isWhole(part: unknown): boolean {
  return numberAt(part, "time", "end") !== undefined;
}

function text(part: unknown): readonly AgentEvent[] {
  const said = textAt(part, "text") ?? "";
  return said.trim() === "" || fieldAt(part, "synthetic") === true ? [] : [{ type: "text", text: boundedText(said) }];
}

function reasoning(part: unknown): readonly AgentEvent[] {
  const thought = textAt(part, "text") ?? "";
  return [thought === "" ? { type: "reasoning" } : { type: "reasoning", text: boundedText(thought) }];
}

function usage(part: unknown): readonly AgentEvent[] {
  const count = (...path: readonly string[]): number => numberAt(part, "tokens", ...path) ?? 0;
  const cached = count("cache", "read");
  const cost = numberAt(part, "cost");
  const tokens: Usage = {
    // What opencode calls input is only what was not read from the cache.
    inputTokens: count("input") + cached + count("cache", "write"),
    cachedInputTokens: cached,
    outputTokens: count("output") + count("reasoning"),
  };
  return [{ type: "usage", usage: cost === undefined ? tokens : { ...tokens, costUsd: cost } }];
}

function begun(part: unknown): readonly AgentEvent[] {
  const { id, tool, summary } = callOf(part);
  if (tool === "bash") return [{ type: "command:started", id, command: summary }];
  return [{ type: "tool:started", tool, id, summary }];
}

function ended(part: unknown, cwd: string): readonly AgentEvent[] {
  const { id, tool, summary } = callOf(part);
  const ok = textAt(part, "state", "status") === "completed";
  const problem = textAt(part, "state", "error") ?? "";
  if (tool === "bash") return [finishedCommand(part, problem)];
  const done: AgentEvent = { type: "tool:finished", tool, id, ok, summary: ok ? summary : headline(problem) };
  return ok && CHANGES.has(tool) ? [done, ...change(part, cwd)] : [done];
}

function finishedCommand(part: unknown, problem: string): AgentEvent {
  const { id, summary } = callOf(part);
  const exitCode = numberAt(part, "state", "metadata", "exit");
  const start = numberAt(part, "state", "time", "start");
  const end = numberAt(part, "state", "time", "end");
  return {
    type: "command:finished",
    id,
    command: summary,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(start === undefined || end === undefined ? {} : { durationMs: Math.max(0, end - start) }),
    outputTail: tailOf(textAt(part, "state", "metadata", "output") ?? textAt(part, "state", "output") ?? problem),
  };
}

function change(part: unknown, cwd: string): readonly AgentEvent[] {
  const path = textAt(part, "state", "input", "filePath");
  if (path === undefined) return [];
  const created = fieldAt(part, "state", "metadata", "exists") === false;
  return [{ type: "file:changed", path: inClone(path, cwd), change: created ? "added" : "modified" }];
}

function callOf(part: unknown): { readonly id: string; readonly tool: string; readonly summary: string } {
  const tool = textAt(part, "tool") ?? "tool";
  const input = (name: string): string | undefined => textAt(part, "state", "input", name);
  const command = tool === "bash" ? input("command")?.slice(0, COMMAND_LENGTH).toWellFormed() : undefined;
  const title = textAt(part, "state", "title");
  const about = input("filePath") ?? input("pattern") ?? input("url") ?? input("description") ?? title ?? "";
  return { id: textAt(part, "callID") ?? textAt(part, "id") ?? "", tool, summary: command ?? headline(about) };
}
