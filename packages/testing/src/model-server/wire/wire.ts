import type { ErrorAction, StopReason } from "../scenario.ts";

/** The three HTTP interfaces that the server speaks. */
export type WireName = "responses" | "messages" | "chat";

/** A tool that the agent offers in a request. */
export interface OfferedTool {
  readonly name: string;
  /** `custom` tools take free text, `function` tools a JSON object. */
  readonly kind: "function" | "custom";
  /** The names of its fields, where the request tells them. */
  readonly fields?: readonly string[];
}

/** One entry of the conversation that a request carries. */
export interface HistoryEntry {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly text: string;
  /** Ids of the tool calls in an assistant entry. */
  readonly callIds: readonly string[];
}

/** What every wire format can tell about a request. */
export interface ParsedRequest {
  readonly wire: WireName;
  readonly model: string;
  readonly stream: boolean;
  /** True when the final message must be JSON by a schema. */
  readonly wantsJson: boolean;
  readonly tools: readonly OfferedTool[];
  readonly history: readonly HistoryEntry[];
  /** Estimated from the length of the body. */
  readonly inputTokens: number;
}

/** One part of a reply. */
export type ReplyBlock =
  | { readonly type: "thinking"; readonly text: string }
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "call";
      readonly callId: string;
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    }
  | { readonly type: "custom-call"; readonly callId: string; readonly name: string; readonly input: string };

/** What is known of a reply before its first block. */
export interface ReplyHead {
  /** Unique, without a prefix. */
  readonly id: string;
  readonly model: string;
  readonly inputTokens: number;
  /** Said of the reply instead of an estimate. */
  readonly outputTokens?: number | undefined;
  /** Seconds since the epoch. */
  readonly createdAt: number;
}

/** A whole reply, for clients that do not stream. */
export interface Reply extends ReplyHead {
  readonly blocks: readonly ReplyBlock[];
  /** Absent when the model is through. */
  readonly stop?: StopReason | undefined;
}

/** A refusal in the provider's format. */
export interface WireError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What an error text may mention about the request it refuses. */
export interface ErrorContext {
  readonly model: string;
  readonly key: string | undefined;
  /** Seconds since the epoch. */
  readonly now: number;
}

/**
 * Renders one streamed reply as server-sent events. Call `open` once, `block`
 * for each part, then `close` or `fail`; each returns the text to send.
 */
export interface StreamRenderer {
  open(): string;
  block(block: ReplyBlock): string;
  fail(error: WireError): string;
  /** `stop`: why the reply ends early. */
  close(stop?: StopReason): string;
}

/** One wire format: how its requests are read and its answers written. Pure. */
export interface Wire {
  readonly name: WireName;
  /** The prefix of its call ids. */
  readonly callPrefix: string;
  parse(body: Readonly<Record<string, unknown>>): Omit<ParsedRequest, "inputTokens" | "wire">;
  stream(head: ReplyHead): StreamRenderer;
  plain(reply: Reply): unknown;
  error(action: ErrorAction, context: ErrorContext): WireError;
}
