import type {
  AgentConversation,
  AgentEvent,
  AnswerReceipt,
  Clock,
  PermissionAnswer,
  PermissionRequest,
  Timer,
} from "@orch/core";

import { ORCH } from "./steering.ts";

/** More open questions than this are denied at once. */
const MOST_OPEN = 64;
const GONE = "there is no such request, it was answered, or the agent took it back";
const DEFAULT_MS = 5 * 60_000;

/** What the agent asks and nobody has answered yet. */
export interface Permissions {
  /** Listens to the agent's own events. */
  onEvent(event: AgentEvent): void;
  list(): readonly PermissionRequest[];
  answer(answer: PermissionAnswer): AnswerReceipt;
  close(): void;
}

/** What permissions work with. */
export interface PermissionParts {
  readonly clock: Clock;
  /** Absent: five minutes. */
  readonly deadlineMs: number | undefined;
  /** Told of each answer that is given, before the agent gets it. */
  readonly answered: (answer: PermissionAnswer) => void;
}

/** Surfaces what the agent of `conversation` asks; what nobody answers in time is denied. */
export function createPermissions(conversation: AgentConversation | undefined, parts: PermissionParts): Permissions {
  const { clock, deadlineMs = DEFAULT_MS, answered } = parts;
  const open = new Map<string, { readonly request: PermissionRequest; readonly timer: Timer }>();

  function forget(id: string): void {
    open.get(id)?.timer.cancel();
    open.delete(id);
  }

  function answer(given: PermissionAnswer): AnswerReceipt {
    const { request: id, allow, why } = given;
    if (!open.has(id)) return { outcome: "refused", why: GONE };
    forget(id);
    answered(given);
    if (conversation?.answer?.({ id, allow, why }) === true) return { outcome: "answered" };
    return { outcome: "refused", why: "the agent does not wait for this answer any more" };
  }

  function deny(request: string, why: string): void {
    answer({ request, allow: false, from: ORCH, why });
  }

  function ask({ id, what, tool }: Extract<AgentEvent, { type: "permission:requested" }>): void {
    forget(id);
    const askedAt = clock.now();
    const timer = clock.after(deadlineMs, () => deny(id, `Nobody answered within ${deadlineMs / 1000} seconds.`));
    const named = tool === undefined ? {} : { tool };
    open.set(id, { request: { id, what, ...named, askedAt, deadline: askedAt + deadlineMs }, timer });
    // Answered in a turn of its own: the agent's line is still being read.
    if (open.size > MOST_OPEN) clock.after(0, () => deny(id, "Too much is asked at once."));
  }

  return {
    onEvent(event) {
      if (event.type === "permission:requested" && conversation?.answer !== undefined) ask(event);
      if (event.type === "permission:answered" || event.type === "permission:withdrawn") forget(event.id);
    },
    list: () => [...open.values()].map(({ request }) => request),
    answer,
    close() {
      for (const id of open.keys()) forget(id);
    },
  };
}
