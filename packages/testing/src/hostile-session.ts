import type { AgentEvent, SessionEvent } from "@orch/core";

const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 2 };

/** Every event of a session in which an agent or a person has a say, with these words wherever they have. */
export function hostileSession(said: string): readonly SessionEvent[] {
  const failure = { class: "network", message: said } as const;
  const agent: readonly AgentEvent[] = [
    { type: "session:ready", model: said, version: said },
    { type: "text", text: said },
    { type: "text", text: JSON.stringify({ status: "done", summary: said }) },
    { type: "reasoning", text: said },
    { type: "tool:started", tool: said, id: said, summary: said },
    { type: "tool:finished", tool: said, id: said, ok: false, summary: said },
    { type: "command:started", id: said, command: said },
    { type: "command:finished", id: said, command: said, exitCode: 1, outputTail: said },
    { type: "file:changed", path: said, change: "added" },
    { type: "permission:requested", id: said, what: said },
    { type: "permission:withdrawn", id: said },
    { type: "retry", failure },
    { type: "error", failure },
    { type: "usage", usage, model: said },
  ];
  return [
    ...agent.map((event) => ({ kind: "agent", event }) as const),
    { kind: "output", stream: "stdout", text: said } as const,
    { kind: "output", stream: "stderr", text: said } as const,
    { kind: "input", messageId: "1", from: said, text: said } as const,
    { kind: "undelivered", messageId: "1", why: said } as const,
    { kind: "answer", request: "1", allow: true, from: said, why: said } as const,
    { kind: "answer", request: "1", allow: false, from: said, why: said } as const,
    { kind: "hold", by: said } as const,
    { kind: "notice", text: said } as const,
  ].map((event, index) => ({ seq: index + 1, at: 0, ...event }));
}
