import { isAbsolute, join } from "node:path";

import type { ModelRequest } from "../model-request.ts";
import { isToolAction, type ReplyAction, type ReportAction, type SayAction, type ToolAction } from "../scenario.ts";
import { asRecord } from "../wire/json-values.ts";
import { codexCodeMode, codexDirect } from "./codex.ts";
import { type Dialect, type DialectContext, type DraftBlock, missingTool } from "./dialect.ts";
import { claudeTools, kimiTools, opencodeTools } from "./named-tools.ts";

const DIALECTS: readonly Dialect[] = [codexCodeMode, codexDirect, claudeTools, kimiTools, opencodeTools];

/** Turns a run of reply actions into blocks, with the tools that the request offers. */
export function draftReply(
  actions: readonly ReplyAction[],
  place: { request: ModelRequest; readText: (path: string) => string | undefined },
): readonly DraftBlock[] {
  const context = contextOf(place);
  const dialect = DIALECTS.find((candidate) => candidate.speaks(place.request.tools));
  const drafts: DraftBlock[] = [];
  for (const run of runsOf(actions)) {
    drafts.push(...(run.tools ? callsOf(run.actions, { dialect, context }) : wordsOf(run.actions, place.request)));
  }
  return drafts;
}

type Run =
  | { readonly tools: true; readonly actions: readonly ToolAction[] }
  | { readonly tools: false; readonly actions: readonly Exclude<ReplyAction, ToolAction>[] };

/** Splits actions into runs of tool actions and of words, so that a dialect may join calls. */
function runsOf(actions: readonly ReplyAction[]): readonly Run[] {
  const runs: (
    | { tools: true; actions: ToolAction[] }
    | { tools: false; actions: Exclude<ReplyAction, ToolAction>[] }
  )[] = [];
  for (const action of actions) {
    const last = runs.at(-1);
    if (isToolAction(action)) {
      if (last?.tools === true) {
        last.actions.push(action);
      } else {
        runs.push({ tools: true, actions: [action] });
      }
    } else if (last?.tools === false) {
      last.actions.push(action);
    } else {
      runs.push({ tools: false, actions: [action] });
    }
  }
  return runs;
}

function callsOf(
  actions: readonly ToolAction[],
  { dialect, context }: { dialect: Dialect | undefined; context: DialectContext },
): readonly DraftBlock[] {
  return dialect === undefined ? actions.map(missingTool) : dialect.calls(actions, context);
}

function wordsOf(actions: readonly Exclude<ReplyAction, ToolAction>[], request: ModelRequest): readonly DraftBlock[] {
  const drafts: DraftBlock[] = [];
  for (const action of actions) {
    const draft = wordOf(action, request);
    const last = drafts.at(-1);
    if (draft.type === "text" && last?.type === "text") {
      drafts[drafts.length - 1] = { type: "text", text: `${last.text}\n\n${draft.text}` };
    } else {
      drafts.push(draft);
    }
  }
  return drafts;
}

function wordOf(action: Exclude<ReplyAction, ToolAction>, request: ModelRequest): DraftBlock {
  switch (action.do) {
    case "think":
      return { type: "thinking", text: action.text };
    case "say":
      return { type: "text", text: fill(action, request) };
    case "report":
      return reportOf(action, request);
  }
}

function fill(action: SayAction, request: ModelRequest): string {
  return action.text.replaceAll("{{result}}", () => request.lastResult).replaceAll("{{user}}", () => request.userText);
}

const STRUCTURED_OUTPUT = "StructuredOutput";

function reportOf(action: ReportAction, request: ModelRequest): DraftBlock {
  if (request.tools.some((tool) => tool.name === STRUCTURED_OUTPUT)) {
    return { type: "call", name: STRUCTURED_OUTPUT, input: asRecord(action.json) };
  }
  return {
    type: "text",
    text: request.wantsJson
      ? JSON.stringify(action.json)
      : `\`\`\`json\n${JSON.stringify(action.json, null, 2)}\n\`\`\``,
  };
}

function contextOf(place: { request: ModelRequest; readText: (path: string) => string | undefined }): DialectContext {
  const { tools, workingDirectory } = place.request;
  const absolute = (path: string): string =>
    workingDirectory === undefined || isAbsolute(path) ? path : join(workingDirectory, path);
  return {
    offers: (name) => tools.some((tool) => tool.name === name),
    absolute,
    readText: (path) => place.readText(absolute(path)),
  };
}
