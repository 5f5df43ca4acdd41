/** Token counts and cost. Every field adds up; `costUsd` is absent where nobody knows the price. */
export interface Usage {
  readonly inputTokens: number;
  /** The part of `inputTokens` that was read from a cache. */
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly costUsd?: number;
}

/** No tokens at all. */
export const noUsage: Usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };

/** The sum of two usages; the cost is known when either side knows one. */
export function addUsage(left: Usage, right: Usage): Usage {
  const cost =
    left.costUsd === undefined && right.costUsd === undefined
      ? {}
      : { costUsd: (left.costUsd ?? 0) + (right.costUsd ?? 0) };
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    cachedInputTokens: left.cachedInputTokens + right.cachedInputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    ...cost,
  };
}

/** Structural classes of agent failure (seed row A66, AGENTS section 9). */
export type FailureClass =
  | "rate_limit"
  | "usage_limit"
  | "quota"
  | "overloaded"
  | "auth"
  | "context"
  | "model"
  | "network"
  | "server"
  | "budget"
  | "permission"
  | "waiting_for_input"
  | "missing_tool"
  | "interrupted"
  | "invalid_output"
  | "failed";

/** Why an agent could not do its work, as far as its protocol says. */
export interface AgentFailure {
  readonly class: FailureClass;
  /** The agent's own words, bounded to 2,000 characters. */
  readonly message: string;
  /** When the service will answer again (epoch milliseconds), where it says so. */
  readonly retryAt?: number;
}

/**
 * What an agent did, normalised over all agent command lines. A driver emits these in the order of the agent's own
 * stream. Long texts are cut by the driver (64 KiB an event); the raw capture stays in the attempt folder.
 */
export type AgentEvent =
  /** The agent is up; what it says of itself. */
  | {
      readonly type: "session:ready";
      readonly agentSession?: string;
      readonly model?: string;
      readonly version?: string;
    }
  /** The agent takes up a message. */
  | { readonly type: "turn:started"; readonly turn: number }
  /** What the agent says. */
  | { readonly type: "text"; readonly text: string }
  /** What the agent thinks, where it shows that. */
  | { readonly type: "reasoning"; readonly text?: string }
  /** The agent calls a tool. */
  | {
      readonly type: "tool:started";
      readonly tool: string;
      readonly id: string;
      readonly summary: string;
    }
  /** The tool's answer is there. */
  | {
      readonly type: "tool:finished";
      readonly tool: string;
      readonly id: string;
      readonly ok: boolean;
      readonly summary: string;
    }
  /** The agent runs a program. */
  | { readonly type: "command:started"; readonly id: string; readonly command: string }
  /** The program has ended. */
  | {
      readonly type: "command:finished";
      readonly id: string;
      readonly command: string;
      /** Absent when the agent does not tell. */
      readonly exitCode?: number;
      readonly durationMs?: number;
      readonly outputTail: string;
    }
  /** The agent says that it changed a file. */
  | {
      readonly type: "file:changed";
      readonly path: string;
      readonly change: "added" | "modified" | "deleted";
    }
  /** A message sent to the agent shows up in its stream. */
  | { readonly type: "message:delivered"; readonly messageId: string }
  /** The agent asks whether it may; `tool` in its own words, where it names one. */
  | { readonly type: "permission:requested"; readonly id: string; readonly what: string; readonly tool?: string }
  /** It was told. */
  | { readonly type: "permission:answered"; readonly id: string; readonly allowed: boolean }
  /** It takes the question back, or ended the turn that asked it: no answer counts any more. */
  | { readonly type: "permission:withdrawn"; readonly id: string }
  /** Tokens and cost since the last such event, below zero where too many were reckoned before, and the model that used them; absent: the one of `session:ready`. */
  | { readonly type: "usage"; readonly usage: Usage; readonly model?: string }
  /** How much of the account's window is used, as far as the agent tells. */
  | {
      readonly type: "quota";
      /** Such as `five_hour`, `weekly`. */
      readonly window: string;
      readonly status: "allowed" | "warning" | "rejected";
      readonly usedPercent?: number;
      /** When the window resets (epoch milliseconds). */
      readonly resetsAt?: number;
    }
  /** The agent met a failure and tries again by itself. */
  | {
      readonly type: "retry";
      readonly failure: AgentFailure;
      /** The pause that the service asked for (`retry-after`), in milliseconds; absent: none, or it is not told. */
      readonly pauseMs?: number;
    }
  /** The agent met a failure that it does not get over. */
  | { readonly type: "error"; readonly failure: AgentFailure }
  /** The agent has nothing more to do for the message. */
  | {
      readonly type: "turn:finished";
      readonly turn: number;
      readonly status: "completed" | "interrupted" | "failed";
    };

/** The types of events that count as progress for the no-progress clock (law 4). */
export const progressTypes: ReadonlySet<AgentEvent["type"]> = new Set([
  "text",
  "tool:started",
  "tool:finished",
  "command:started",
  "command:finished",
  "file:changed",
  "message:delivered",
  "usage",
  "turn:started",
]);

/** A piece of work that an agent hands on (seed row A64). */
export interface Delegation {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly suggestedAgent?: string;
}

/** The agent's own closing word (seed row A64). It is a claim; receipts decide. */
export interface AgentReport {
  readonly status: "done" | "in_progress" | "blocked" | "needs_review";
  readonly summary: string;
  readonly accomplished: readonly string[];
  readonly remaining: readonly string[];
  readonly files: readonly string[];
  readonly learnings: readonly string[];
  readonly blockers: readonly string[];
  readonly delegations: readonly Delegation[];
  readonly error?: string;
  readonly reason?: string;
  readonly needsHelp?: string;
}
