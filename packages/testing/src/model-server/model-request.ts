import type { ParsedRequest } from "./wire/wire.ts";

/** A request as the player and the tool mapping see it, whatever its wire format. */
export interface ModelRequest extends ParsedRequest {
  /** All system, developer and user text. */
  readonly prompt: string;
  /** The text of the last user message, without what Claude Code adds to it. */
  readonly userText: string;
  /** The text of the last tool result. */
  readonly lastResult: string;
  /** All text of the request. */
  readonly text: string;
  /** How many replies of the model the history holds. */
  readonly replies: number;
  /** The agent's working directory, when its prompt tells it. */
  readonly workingDirectory: string | undefined;
  /** What a side request is for; undefined for a request of the task itself. */
  readonly side: "title" | undefined;
}

/** Draws from a parsed request what the rest of the server asks about. */
export function describeRequest(parsed: ParsedRequest): ModelRequest {
  const { history } = parsed;
  const prompt = joinTexts(history.filter((entry) => entry.role === "system" || entry.role === "user"));
  const userText = withoutReminders(history.findLast((entry) => entry.role === "user")?.text ?? "");
  return {
    ...parsed,
    prompt,
    userText,
    lastResult: history.findLast((entry) => entry.role === "tool")?.text ?? "",
    text: joinTexts(history),
    replies: countReplies(history),
    workingDirectory: findWorkingDirectory(prompt),
    side: isTitleRequest({ system: joinTexts(history.filter((entry) => entry.role === "system")), user: userText })
      ? "title"
      : undefined,
  };
}

/** The call id of the `index`-th call in the reply that follows `replies` earlier ones. */
export function makeCallId(place: { prefix: string; replies: number; unique: string }): string {
  return `${place.prefix}_r${place.replies}_${place.unique}`;
}

function withoutReminders(text: string): string {
  return text.replaceAll(/<system-reminder>[\s\S]*?<\/system-reminder>\s*/g, "");
}

function joinTexts(entries: ParsedRequest["history"]): string {
  return entries
    .map((entry) => entry.text)
    .filter((text) => text !== "")
    .join("\n");
}

/**
 * Replies are runs of model output between other entries. Agents may interleave
 * the calls of one reply with their results, so a call id of our own making,
 * which carries the number of its reply, outweighs the count.
 */
function countReplies(history: ParsedRequest["history"]): number {
  let count = 0;
  let insideReply = false;
  for (const entry of history) {
    if (entry.role !== "assistant") {
      insideReply = false;
      continue;
    }
    const numbered = replyNumber(entry.callIds);
    if (numbered !== undefined) {
      count = Math.max(count, numbered + 1);
    } else if (!insideReply) {
      count += 1;
    }
    insideReply = true;
  }
  return count;
}

const OUR_CALL_ID = /_r(\d+)_/;

function replyNumber(callIds: readonly string[]): number | undefined {
  for (const callId of callIds) {
    const match = OUR_CALL_ID.exec(callId);
    if (match?.[1] !== undefined) {
      return Number(match[1]);
    }
  }
  return undefined;
}

/** codex writes `<cwd>` again when the directory changes; Claude Code and OpenCode tell it once. */
const WORKING_DIRECTORY = [
  /<cwd>([^<\n]+)<\/cwd>/g,
  /^\s*- Primary working directory: *(.+?) *$/gm,
  /^\s*Working directory: *(.+?) *$/gm,
];

function findWorkingDirectory(prompt: string): string | undefined {
  for (const pattern of WORKING_DIRECTORY) {
    const found = [...prompt.matchAll(pattern)].at(-1)?.[1];
    if (found !== undefined) {
      return found.trim();
    }
  }
  return undefined;
}

/** OpenCode's and Claude Code's title prompts are system text, codex asks as the user. */
const TITLE_SYSTEM = /^\s*(You are a title generator\b|Generate a (short|concise)[^.\n]{0,60}\btitle\b)/im;
const TITLE_USER =
  /^\s*(Generate a concise, single-line task title|Generate a title for this conversation|Please write a \d+-\d+ word title)/i;

function isTitleRequest(texts: { system: string; user: string }): boolean {
  return TITLE_SYSTEM.test(texts.system) || TITLE_USER.test(texts.user);
}
