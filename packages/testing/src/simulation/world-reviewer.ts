import {
  noUsage,
  parseAgentName,
  taskKey,
  unwrap,
  type ReviewAnswer,
  type Reviewer,
  type ReviewReply,
  type StoredEvent,
  type Task,
} from "@orch/core";

import type { DaemonProcess } from "./daemon-process.ts";
import { count, type World } from "./world.ts";

const by = unwrap(parseAgentName("reviewer"));
const LONGEST_MS = 300_000;
const usage = { ...noUsage, outputTokens: 100 };

/** Review agents of the simulated world: each look takes a while and ends as it likes, so that a second one may differ. */
export function worldReviewer(world: World, process: DaemonProcess): Reviewer {
  const port = process.inhabit({ review }, { label: "reviewer", failure: "session_failed" });

  async function review({ task, signal }: Parameters<Reviewer>[0]): Promise<ReviewReply> {
    const look = count(world.looks, taskKey(task));
    await Promise.race([world.clock.sleep(world.random.between(5_000, LONGEST_MS)), aborted(signal)]);
    if (signal.aborted) return { kind: "failed", by, fault: "called_off", why: "called off" };
    if (world.random.chance(0.15)) return { kind: "failed", by, fault: "no_review", why: "no review", usage };
    const decision = world.random.pick(["approve", "approve", "request_changes", "reject"] as const);
    const notes = `look ${look} at ${taskKey(task)}: ${decision}`;
    world.trace.say("review agent", notes);
    const answer: ReviewAnswer = { decision, notes, tests: "skipped", issues: [] };
    return { kind: "review", by, usage, review: answer };
  }

  return (request) =>
    port.review(request).catch(() => ({ kind: "failed", by, fault: "internal", why: "no answer" }) as const);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** What review agents said of a task and what its pull request shows are the same, each once. */
export function reviewsApart(
  { forge }: World,
  { task, events }: { readonly task: Task; readonly events: readonly StoredEvent[] },
): readonly string[] {
  const key = taskKey(task);
  const taken = events.flatMap(({ id, event }) =>
    id === task.id && event.type === "review:given" ? [/look \d+ at \S+: \w+/.exec(event.notes)?.[0] ?? ""] : [],
  );
  const there = [...(forge?.state.reviews.values() ?? [])].flat();
  const shown = there.flatMap(({ body }) => /look \d+ at \S+: \w+/.exec(body)?.[0] ?? []);
  const own = shown.filter((words) => words.includes(` at ${key}: `));
  return [
    ...taken
      .filter((words) => !own.includes(words))
      .map((words) => `${key} was moved by a review that is not shown: ${words}`),
    ...own
      .filter((words) => !taken.includes(words))
      .map((words) => `${key} shows a review that did not count: ${words}`),
    ...own
      .filter((words, index) => own.indexOf(words) !== index)
      .map((words) => `${key} shows a review twice: ${words}`),
  ];
}
