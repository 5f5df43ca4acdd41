import type { ReasonMeaning } from "./verdict.ts";

const person = { action: "person", delay: "none", counts: true } as const;

/** Why a result on a forge needs a person; rows of the reason table. */
export const forgeReasons = {
  held: {
    ...person,
    summary: "A person holds the task back.",
    hint: "Retry or unblock it when it may go on; a result that is there can be merged.",
  },
  gate_failed: {
    ...person,
    summary: "The result is not done by the project's definition (`gate.mode: enforce`).",
    hint: "Mend what the codes name, then retry; docs/guides/github.md explains them.",
  },
  pull_closed: {
    ...person,
    summary: "The pull request was closed without a merge.",
    hint: "Open it again, and orch goes on; or retry the task, or cancel it.",
  },
  retargeted: {
    ...person,
    summary: "Somebody made the pull request go into another branch, for which nothing here was checked.",
    hint: "Put it back, and orch goes on; or merge it yourself, retry the task, or cancel it.",
  },
  head_moved: {
    ...person,
    summary: "Somebody pushed to the task's branch, so orch's checks prove another commit.",
    hint: "Merge it yourself, or retry: the next attempt begins with what was pushed.",
  },
  review_limit: {
    ...person,
    summary: "Reviews ask for changes again and again.",
    hint: "Read the reviews; orch goes on when somebody approves the pull request, and retry allows as many rounds once more.",
  },
  review_rejected: {
    ...person,
    summary: "The review agent advises against the change as a whole.",
    hint: "Read its review; retry with a note, merge it all the same, or cancel the task.",
  },
  review_unavailable: {
    ...person,
    summary: "No agent could review the change.",
    hint: "Review it yourself: orch goes on with your approval. Or merge it; retry lets an agent go on.",
  },
  ci_failing: {
    ...person,
    summary: "The forge's checks fail again and again.",
    hint: "Look at the failing checks: orch goes on when they are green. Retry allows as many rounds once more.",
  },
  checks_missing: {
    ...person,
    summary: "A check that the branch requires was never reported.",
    hint: "Find out why it does not run: orch goes on when it is there. Or change the branch's rules, or merge it yourself.",
  },
  forge_refused: {
    ...person,
    summary: "The forge did not take the pull request or the push.",
    hint: "The detail says why; mend it, then retry or merge again.",
  },
} as const satisfies Readonly<Record<string, ReasonMeaning>>;
