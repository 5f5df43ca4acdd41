/**
 * What a scripted model says and does. A scenario is plain data: it can be
 * written in a test or read from a JSON file, and it names no agent, no
 * provider and no tool. The server turns its neutral actions into whichever
 * tool the agent offers in the request being answered.
 */

/** Reads a file. Relative paths are taken from the agent's working directory. */
export interface ReadAction {
  readonly do: "read";
  readonly path: string;
}

/** Creates or replaces a file. */
export interface WriteAction {
  readonly do: "write";
  readonly path: string;
  readonly content: string;
}

/** Replaces the first occurrence of `find` in a file. */
export interface EditAction {
  readonly do: "edit";
  readonly path: string;
  readonly find: string;
  readonly replace: string;
}

/** Runs a shell command in the agent's working directory. */
export interface ShellAction {
  readonly do: "shell";
  readonly command: string;
}

/**
 * Says something. `{{result}}` stands for the text of the last tool result and
 * `{{user}}` for the last message of the user.
 */
export interface SayAction {
  readonly do: "say";
  readonly text: string;
}

/** Thinks aloud: a reasoning summary, a thinking block or `reasoning_content`. */
export interface ThinkAction {
  readonly do: "think";
  readonly text: string;
}

/**
 * Hands in a structured result: bare JSON when the request demands a JSON
 * schema, a call of `StructuredOutput` when that tool is offered, and otherwise
 * a fenced `json` block in the message.
 */
export interface ReportAction {
  readonly do: "report";
  readonly json: unknown;
}

/** Why a reply ends before the model is through: it declines, or its output is at its limit. */
export type StopReason = "refusal" | "length";

/** Ends the reply, which is complete on the wire, for another reason than that the model is through. */
export interface StopAction {
  readonly do: "stop";
  readonly why: StopReason;
}

/** The kinds of refusal a provider can give, whatever its wire format. */
export type ErrorKind =
  | "rate_limit"
  | "overloaded"
  | "usage_limit"
  | "auth"
  | "forbidden"
  | "model_missing"
  | "context_overflow"
  | "bad_request"
  | "server_error"
  | "quota";

/** How many requests a fault spoils before the script goes on; default 1. */
export type Times = number | "forever";

/**
 * Refuses the request in the provider's own words. As an HTTP status when it
 * comes first in its turn; inside the stream when the turn said something
 * before, whose last part breaks off in its middle, or when `via` is `stream`.
 */
export interface ErrorAction {
  readonly do: "error";
  readonly kind: ErrorKind;
  readonly times?: Times;
  readonly via?: "status" | "stream";
  /** Sent as `retry-after`. */
  readonly retryAfterSeconds?: number;
  /** When a usage limit ends, in seconds since the epoch. */
  readonly resetAt?: number;
  /** Replaces the usual HTTP status of this kind. */
  readonly status?: number;
}

/**
 * Drops the connection: before any byte, or in the middle of the last thing the
 * turn said before it.
 */
export interface HangupAction {
  readonly do: "hangup";
  readonly when: "before" | "mid";
  readonly times?: Times;
}

/**
 * Leaves the request unanswered until `release(name)`, or for ever. A client
 * that gives up and asks again meets the next unspent fault or the reply.
 * When it is released and nothing follows it in the turn, the server hangs up.
 */
export interface SilenceAction {
  readonly do: "silence";
  /** For `release`; default `silence:<scenario>`. */
  readonly name?: string;
  readonly times?: Times;
}

/** Waits, in milliseconds. */
export interface DelayAction {
  readonly do: "delay";
  readonly ms: number;
}

/**
 * Holds this and every later request at this point until `release(name)`.
 * Gates are named across all scenarios of a server and stay open once released.
 */
export interface GateAction {
  readonly do: "gate";
  readonly name: string;
}

/** An action that becomes a tool call. */
export type ToolAction = ReadAction | WriteAction | EditAction | ShellAction;

/** An action that becomes part of the reply. */
export type ReplyAction = ToolAction | SayAction | ThinkAction | ReportAction;

/** An action that spoils a request; each is spent after its `times`. */
export type FaultAction = ErrorAction | HangupAction | SilenceAction;

/** An action that makes the request wait. */
export type WaitAction = DelayAction | GateAction;

/** One step of a turn. */
export type Action = ReplyAction | StopAction | FaultAction | WaitAction;

/**
 * One reply of the model, carried out in order. Tool calls end a turn: the
 * agent runs them and asks again, which brings the next turn. A turn made of
 * faults only is left behind when they are spent.
 */
export type Turn = readonly Action[];

/** How a script finds its place. */
export interface Script {
  readonly turns: readonly Turn[];
  /**
   * `replies` (default): the place is the number of model replies in the
   * history which the request carries. A reply the agent threw away, as codex
   * does when it is steered, is given again, and every conversation has its own
   * place. `requests`: every request moves the script on, whoever sent it.
   */
  readonly advance?: "replies" | "requests";
  /** What follows the last turn: that turn again, or another. Default: says that the script is over. */
  readonly end?: "repeat" | Turn;
}

/**
 * Picks a conversation by what the agent was told: all system, developer and
 * user text of the request, without model output and tool results. All given
 * conditions must hold.
 */
export interface Condition {
  readonly promptIncludes?: string;
  /** A regular expression, or the source of one. */
  readonly promptMatches?: RegExp | string;
  readonly model?: string;
}

/** A script that plays only for the requests which `when` accepts. */
export interface Conversation extends Script {
  readonly when: Condition;
}

/** Everything the server needs to know to answer below one URL prefix. */
export interface Scenario extends Partial<Script> {
  /** Tried in order before the scenario's own `turns`. */
  readonly conversations?: readonly Conversation[];
  /** Sent with every answer, for example `x-codex-primary-used-percent`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The model ids in the model list. */
  readonly models?: readonly string[];
  /**
   * How many tokens each request and each reply is said to have; estimated from the length of the text when absent.
   * Agents shorten a conversation that seems to outgrow its model, however long it may be for a test.
   */
  readonly tokens?: number;
  /** The answer to side requests for a title. They do not move the script. */
  readonly title?: string;
}

/** True for actions that become tool calls. */
export function isToolAction(action: Action): action is ToolAction {
  return action.do === "read" || action.do === "write" || action.do === "edit" || action.do === "shell";
}
