import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  advance,
  defaultPolicy,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  parseTaskId,
  transitions,
  unwrap,
  type BranchResult,
  type EffectKind,
  type PullFacts,
  type Step,
  type Task,
  type TaskEvent,
  type TaskPolicy,
  type TaskSpec,
  type Verdict,
} from "./index.ts";

const project = unwrap(parseProjectId("acme/app"));
const agent = unwrap(parseAgentName("codex"));
const branch = unwrap(parseBranchName("gh-task-42-x"));
const base = unwrap(parseBranchName("main"));
const commits = ["a", "b"].map((digit) => unwrap(parseCommitSha(digit.repeat(40))));
const [commit, other] = commits as [(typeof commits)[number], (typeof commits)[number]];
const ref = { project, id: unwrap(parseTaskId("42")) };
const result = { branch, commit, attempt: 1, base, checks: 1 };
const pull = { number: 7, url: "https://forge.test/pull/7" };
const spec: TaskSpec = {
  title: "x",
  body: "",
  labels: [],
  source: { kind: "github", id: "42" },
  pins: {},
  priority: 0,
  dependsOn: [],
  checks: [],
};
const onForge: TaskPolicy = { ...defaultPolicy, forge: { reviewAgent: false, maxReviewCycles: 2 } };
const reviewed: TaskPolicy = { ...onForge, forge: { reviewAgent: true, maxReviewCycles: 2 } };
const green: PullFacts = {
  head: commit,
  state: "open",
  checks: "passing",
  quiet: true,
  decision: "none",
  mergeable: "yes",
  behind: false,
  draft: false,
};
const routedEvent = { type: "task:routed", assignment: { agent, complexity: "medium", why: "w" } } as const;

function step(task: Task | undefined, event: TaskEvent, policy = onForge): Step {
  const moved = advance(task, { ref, event, policy, now: 1000, jitter: 0.5 });
  if (!moved.ok) throw new Error(moved.error.message);
  return moved.value;
}

function walk(policy: TaskPolicy, ...events: readonly TaskEvent[]): Step {
  let last: Step | undefined;
  for (const event of [{ type: "task:created", spec } as const, ...events]) last = step(last?.task, event, policy);
  return last as Step;
}

function passed(attempt = 1, over: Partial<BranchResult> = {}): readonly TaskEvent[] {
  return [
    routedEvent,
    { type: "attempt:started", attempt, branch },
    {
      type: "attempt:finished",
      attempt,
      verdict: { kind: "pass" },
      fingerprint: "",
      result: { ...result, attempt, ...over },
    },
  ];
}

const opened: TaskEvent = { type: "pull:opened", pull, head: commit };
const asksForChanges: Extract<TaskEvent, { type: "pull:seen" }> = {
  type: "pull:seen",
  facts: { ...green, decision: "changes_requested" },
  feedback: { kind: "review", from: "github:octo", text: "Rename it.", heard: { review: 5, comment: 0 }, agent },
};

function kinds({ effects }: Step): readonly EffectKind[] {
  return effects.map(({ effect }) => effect.kind).filter((kind) => kind !== "forge:show");
}

type MergeCase = [facts: Partial<PullFacts>, policy: Partial<TaskPolicy>, effects: readonly EffectKind[]];

describe("a task on a forge", () => {
  it("is shown after every move, and a task of the user's repository never", () => {
    const events = [...passed(), opened, { type: "pull:seen", facts: green } as const];
    let task: Task | undefined;
    for (const event of [{ type: "task:created", spec } as const, ...events]) {
      const moved = step(task, event);
      expect(moved.effects.map(({ effect }) => effect.kind)).toContain("forge:show");
      task = moved.task;
    }
    const plain = advance(undefined, {
      ref,
      event: { type: "task:created", spec },
      policy: defaultPolicy,
      now: 1,
      jitter: 0,
    });
    expect(plain.ok && kinds(plain.value)).toEqual(["task:route"]);
  });

  it("has a pull request opened for a result, whatever the merge policy", () => {
    for (const merge of ["never", "approve_gate", "auto"] as const) {
      const moved = walk({ ...onForge, merge }, ...passed());
      expect([moved.task.status, kinds(moved)]).toEqual(["in_review", ["pull:open"]]);
    }
  });

  it.each<[string, ...MergeCase]>([
    ["auto and green", {}, { merge: "auto" }, ["pull:merge"]],
    ["auto, no checks yet", { checks: "none", quiet: false }, { merge: "auto" }, []],
    ["auto, no checks for long", { checks: "none", quiet: true }, { merge: "auto" }, ["pull:merge"]],
    ["auto, the first check green a moment ago", { quiet: false }, { merge: "auto" }, []],
    ["auto and pending", { checks: "pending" }, { merge: "auto" }, []],
    ["auto and failing", { checks: "failing" }, { merge: "auto" }, []],
    ["auto, but somebody objects", { decision: "changes_requested" }, { merge: "auto" }, []],
    ["auto, but a draft", { draft: true }, { merge: "auto" }, []],
    ["gate and green", {}, {}, []],
    ["gate, green and approved", { decision: "approved" }, {}, ["pull:merge"]],
    ["gate, approved and failing", { decision: "approved", checks: "failing" }, {}, []],
    ["never, green and approved", { decision: "approved" }, { merge: "never" }, []],
  ])("merges when policy, checks and people agree: %s", (_name, ...[facts, policy, effects]) => {
    const merging = { ...onForge, ...policy };
    const moved = walk(merging, ...passed(), opened, { type: "pull:seen", facts: { ...green, ...facts } });
    expect([moved.task.status, kinds(moved)]).toEqual(["in_review", effects]);
  });

  it("leaves what a person has to see to a person, whatever the policy and a review agent say", () => {
    const asDraft: TaskEvent = { type: "pull:opened", pull: { ...pull, draft: true }, head: commit };
    const seen = passed(1, { cautions: [{ kind: "lockfile", files: ["yarn.lock"], count: 1 }] });
    for (const policy of [onForge, reviewed]) {
      const auto: TaskPolicy = { ...policy, merge: "auto" };
      const look: TaskEvent = { type: "review:given", commit, decision: "approve", by: agent, notes: "" };
      const looks = policy === reviewed ? [look] : [];
      const at = (facts: Partial<PullFacts>): Step =>
        walk(auto, ...seen, asDraft, ...looks, { type: "pull:seen", facts: { ...green, ...facts } });
      expect(kinds(at({}))).toEqual([]);
      expect(kinds(at({ decision: "approved", draft: true }))).toEqual(["pull:merge"]);
      const wished = step(at({}).task, { type: "merge:requested", by: "cli:ann" }, auto);
      expect(kinds(wished)).toEqual(["pull:merge"]);
    }
  });

  it("brings what conflicts, or is behind when nothing else is missing, on top of its base by itself", () => {
    const auto: TaskPolicy = { ...onForge, merge: "auto" };
    const at = (facts: Partial<PullFacts>, policy = auto): Step =>
      walk(policy, ...passed(), opened, { type: "pull:seen", facts: { ...green, ...facts } });
    expect(at({ behind: true, checks: "pending" }).task.status).toBe("in_review");
    expect(at({ behind: true }, onForge).task.status).toBe("in_review");
    expect(at({ behind: true }).task).toMatchObject({ status: "new", update: result });
    const planned = at({ mergeable: "conflict", checks: "pending" }, onForge);
    expect([planned.task.status, kinds(planned)]).toEqual(["new", ["task:route"]]);
    const edited = step(planned.task, { type: "task:edited", by: "me", words: { ...spec, title: "y" } }).task;
    const begun = [routedEvent, { type: "attempt:started", attempt: 2, branch } as const].reduce<Task>(
      (task, event) => step(task, event).task,
      edited,
    );
    // What orch does by itself is no try, and no round of changes.
    expect(begun).toMatchObject({ status: "in_progress", update: result, attempts: 1, updates: 1, lastAttempt: 2 });
    const ends = (verdict: Verdict): Task =>
      step(begun, { type: "attempt:finished", attempt: 2, verdict, fingerprint: "" }).task;
    const conflict = ends({ kind: "human", reason: "merge_conflict", detail: "In a.txt." });
    expect(conflict).toMatchObject({
      status: "new",
      stay: { agent },
      mends: 1,
      notes: [{ from: "engine", text: "In a.txt." }],
    });
    expect(conflict).not.toHaveProperty("update");
    expect(ends({ kind: "retryable", reason: "checks_failed", detail: "" })).toMatchObject({ status: "routed" });
    expect(ends({ kind: "retryable", reason: "checks_failed", detail: "" })).not.toHaveProperty("update");
    expect(ends({ kind: "retryable", reason: "infrastructure", detail: "" })).toMatchObject({ update: result });
    expect(ends({ kind: "human", reason: "protected_path", detail: "" })).toMatchObject({
      status: "needs_review",
      result,
    });
    const moved = { ...result, attempt: 2, commit: other };
    const done = step(begun, {
      type: "attempt:finished",
      attempt: 2,
      verdict: { kind: "pass" },
      fingerprint: "",
      result: moved,
    });
    expect([done.task.status, kinds(done)]).toEqual(["in_review", ["pull:open"]]);
    expect(done.task).not.toHaveProperty("approval");
    expect(step(begun, { type: "task:held", by: "me", why: "" }).task).toMatchObject({ reason: "held", result });
  });

  it("has an agent hear what is said while a result is brought up to date, or waits for that", () => {
    const outdated = { type: "pull:seen", facts: { ...green, mergeable: "conflict" } } as const;
    const said = { type: "task:noted", by: "ann", id: "comment-1", text: "And with tabs.", again: true } as const;
    const planned = walk(onForge, ...passed(), opened, outdated).task;
    const begun = [routedEvent, { type: "attempt:started", attempt: 2, branch } as const].reduce<Task>(
      (task, event) => step(task, event).task,
      planned,
    );
    const end = { type: "attempt:finished", attempt: 2, fingerprint: "" } as const;
    const lost = { kind: "retryable", reason: "infrastructure", detail: "" } as const;
    for (const heard of [step(planned, said).task, step(step(begun, said).task, { ...end, verdict: lost }).task]) {
      expect(heard).toMatchObject({ status: "new", notes: [{ text: "And with tabs." }] });
      expect(heard).not.toHaveProperty("update");
    }
    // What asks for no other go waits for one.
    expect(step(planned, { ...said, again: false }).task).toMatchObject({ update: result });
  });

  it("brings a person when the base moves faster than checks run", () => {
    const seen = { type: "pull:seen", facts: { ...green, mergeable: "conflict" } } as const;
    let task = walk(onForge, ...passed(), opened, seen).task;
    let updates = 0;
    for (; task.status === "new" && updates < 100; updates += 1) {
      const attempt = task.lastAttempt + 1;
      task = passed(attempt).reduce<Task>((now, event) => step(now, event).task, task);
      task = step(task, seen).task;
    }
    expect([task, updates]).toMatchObject([{ status: "needs_review", reason: "merge_refused", result: {} }, 20]);
    expect(step(task, { type: "task:retried", by: "me" }).task).not.toHaveProperty("updates");
  });

  it("keeps a person's wish to merge until the checks are green, for that commit alone", () => {
    const wished = walk(
      onForge,
      ...passed(),
      opened,
      { type: "pull:seen", facts: { ...green, checks: "pending" } },
      { type: "merge:requested", by: "cli:me" },
    );
    expect(kinds(wished)).toEqual([]);
    expect(kinds(step(wished.task, { type: "pull:seen", facts: green }))).toEqual(["pull:merge"]);
    const again = step(wished.task, asksForChanges).task;
    const rest = passed(2, { commit: other }).reduce<Task>((task, event) => step(task, event).task, again);
    const late = step(rest, { type: "pull:seen", facts: { ...green, head: other } });
    expect([late.task.status, kinds(late)]).toEqual(["in_review", []]);
  });

  it("goes on with what reviews ask for, by the same agent, and brings a person after two rounds", () => {
    const asked = walk(onForge, ...passed(), opened, asksForChanges);
    expect(asked.task).toMatchObject({
      status: "new",
      stay: { agent, only: false },
      notes: [{ from: "github:octo", text: "Rename it." }],
      pull,
      rounds: 1,
      heard: { review: 5 },
    });
    let task = asked.task;
    for (const attempt of [2, 3]) {
      const head = unwrap(parseCommitSha(String(attempt).repeat(40)));
      task = passed(attempt, { commit: head }).reduce<Task>((now, event) => step(now, event).task, task);
      task = step(task, { ...asksForChanges, facts: { ...asksForChanges.facts, head } }).task;
    }
    expect(task).toMatchObject({ status: "needs_review", reason: "review_limit" });
    expect(step(task, { type: "task:retried", by: "me" }).task).not.toHaveProperty("rounds");
  });

  it("brings a person when work was asked for and the commit is as it was", () => {
    const asked = walk(onForge, ...passed(), opened, asksForChanges).task;
    const same = passed(2).reduce<Task>((now, event) => step(now, event).task, asked);
    expect(same).toMatchObject({ status: "needs_review", reason: "no_changes", result: { commit } });
  });

  it("is held, told something, and looked at again as people wish", () => {
    const ready = walk(onForge, ...passed(), opened).task;
    const held = step(ready, { type: "task:held", by: "github:octo", why: "not now" }).task;
    expect(held).toMatchObject({ status: "needs_review", reason: "held", result: { commit } });
    expect(step(held, { type: "review:requested", by: "github:octo" }).task.status).toBe("in_review");
    const told = step(held, { type: "task:noted", by: "github:octo", text: "Now.", again: true });
    expect(told.task).toMatchObject({ status: "needs_review", reason: "held", notes: [{ text: "Now." }], pull });
    const planned = walk(onForge, routedEvent, {
      type: "task:noted",
      by: "github:octo",
      text: "Mind it.",
      again: false,
    });
    expect([planned.task.status, kinds(planned)]).toEqual(["new", ["task:route"]]);
  });

  it.each([true, false])("hears what was said during an attempt before its result is shown (again: %s)", (again) => {
    const [routing, started, finished] = passed();
    if (routing === undefined || started === undefined || finished === undefined) throw new Error("no events");
    const noted = { type: "task:noted", by: "github:octo", text: "In red.", again } as const;
    const heard = walk(onForge, routing, started, noted, finished);
    expect(heard.task).toMatchObject({ status: "new", notes: [{ text: "In red." }], stay: { only: false } });
    expect(kinds(heard)).toEqual(["task:route"]);
    const rest = passed(2).reduce<Task>((task, event) => step(task, event).task, heard.task);
    expect(rest.status).toBe("in_review");
    expect(rest).not.toHaveProperty("unheard");
  });

  it("tells the agent at work what was said, and goes on once it knows", () => {
    const [routing, started, finished] = passed();
    if (routing === undefined || started === undefined || finished?.type !== "attempt:finished")
      throw new Error("no events");
    const says = (number: number): TaskEvent => {
      return { type: "task:noted", id: `comment-${number}`, by: "github:octo", text: "In red.", again: true };
    };
    const told = walk(onForge, routing, started, says(1), says(2));
    expect(told.effects).toMatchObject([{ effect: { kind: "notes:tell", attempt: { attempt: 1 } } }, {}]);
    const knows = (...heard: readonly string[]): Task => step(told.task, { ...finished, heard }).task;
    expect(knows("comment-1", "comment-2")).toMatchObject({ status: "in_review", notes: [{ id: "comment-1" }, {}] });
    expect(knows("comment-1").status).toBe("new");
  });

  it("plans anew whatever is said before an agent works, be it said twice", () => {
    const [routing] = passed();
    if (routing === undefined) throw new Error("no events");
    const says: TaskEvent = { type: "task:noted", id: "comment-1", by: "github:octo", text: "In red.", again: true };
    const { task, effects } = walk(onForge, says, routing, says);
    expect(task).toMatchObject({ status: "new", notes: [{ id: "comment-1" }] });
    expect(effects).toMatchObject([{ effect: { kind: "task:route", round: task.version } }, {}]);
  });

  it("asks a review agent once per commit, and not when a person has spoken", () => {
    const asked = walk(reviewed, ...passed(), opened);
    expect(kinds(asked)).toEqual(["review:run"]);
    const given = { type: "review:given", commit, by: agent, notes: "" } as const;
    const fine = step(asked.task, { ...given, decision: "approve" }, { ...reviewed, merge: "auto" });
    expect(kinds(step(fine.task, { type: "pull:seen", facts: green }, { ...reviewed, merge: "auto" }))).toEqual([
      "pull:merge",
    ]);
    expect(step(asked.task, { ...given, decision: "reject", notes: "No." }, reviewed).task).toMatchObject({
      status: "needs_review",
      reason: "review_rejected",
    });
    expect(step(asked.task, { ...given, decision: "request_changes", notes: "Mend." }, reviewed).task.status).toBe(
      "new",
    );
    const shown = { decision: "request_changes", body: "Mend.", comments: [] } as const;
    for (const decision of ["approve", "request_changes", "reject"] as const) {
      const told = step(asked.task, { ...given, decision, shown }, { ...reviewed, merge: "auto" });
      expect(told.effects[0]?.effect).toMatchObject({ kind: "review:show", pull: pull.number, commit, words: shown });
    }
    const person = step(asked.task, { type: "pull:seen", facts: { ...green, decision: "approved" } }, reviewed);
    expect(kinds(person)).toEqual(["pull:merge"]);
    const late = { ...given, commit: other, decision: "approve" } as const;
    expect(advance(asked.task, { ref, event: late, policy: reviewed, now: 1, jitter: 0 })).toMatchObject({
      ok: false,
      error: { code: "stale" },
    });
  });

  it("brings a person when somebody pushed, or closed the pull request", () => {
    const at = (facts: Partial<PullFacts>): Task =>
      walk(onForge, ...passed(), opened, { type: "pull:seen", facts: { ...green, ...facts } }).task;
    expect(at({ head: other })).toMatchObject({ status: "needs_review", reason: "head_moved" });
    expect(at({ state: "closed" })).toMatchObject({ status: "needs_review", reason: "pull_closed" });
  });

  it("looks anew at what brought a person when they say that it may be merged, and says so again while it is as it was", () => {
    const moved = { type: "pull:seen", facts: { ...green, head: other } } as const;
    const wished = walk(onForge, ...passed(), opened, moved, { type: "merge:requested", by: "github:octo" }).task;
    expect(wished).toMatchObject({ status: "in_review", approval: { commit } });
    expect(wished).not.toHaveProperty("seen");
    expect(step(wished, moved).task).toMatchObject({ status: "needs_review", reason: "head_moved" });
    expect(kinds(step(wished, { type: "pull:seen", facts: green }))).toEqual(["pull:merge"]);
  });

  it("leaves alone what a look at an earlier result brings", () => {
    const second = [...passed(), opened, asksForChanges, ...passed(2, { commit: other })];
    const task = walk(onForge, ...second).task;
    const late = { type: "pull:seen", facts: green, result: commit } as const;
    const moved = advance(task, { ref, event: late, policy: onForge, now: 1, jitter: 0 });
    expect(moved).toMatchObject({ ok: false, error: { code: "stale", from: "in_review" } });
  });

  it("ends with a merge whoever made it, also in the middle of an attempt, which is then stopped", () => {
    const merged = { type: "pull:seen", facts: { ...green, state: "merged", mergeCommit: other } } as const;
    expect(walk(onForge, ...passed(), opened, merged).task).toMatchObject({
      status: "done",
      outcome: { kind: "merged", mergeCommit: other },
    });
    const working = walk(onForge, ...passed(), opened, asksForChanges, routedEvent, {
      type: "attempt:started",
      attempt: 2,
      branch,
    });
    const edited = step(working.task, { type: "task:edited", by: "github:octo", words: { ...spec, title: "y" } });
    const ended = step(edited.task, merged);
    expect(ended.task).toMatchObject({ status: "done", outcome: { kind: "closed", mergeCommit: other } });
    const run = working.task.version - 1;
    expect(ended.effects.find(({ effect }) => effect.kind === "attempt:stop")?.effect).toMatchObject({
      run: `attempt:run acme/app#42/2 ${run}`,
    });
  });

  it("follows its issue: closed as done, closed as not wanted, opened again", () => {
    const created = walk(onForge).task;
    const done = step(created, { type: "task:closed", by: "github:octo", as: "completed" });
    expect(done.task).toMatchObject({ status: "done", outcome: { kind: "closed" } });
    expect(kinds(done)).toContain("dependents:notify");
    const dropped = step(created, { type: "task:closed", by: "github:octo", as: "not_planned" });
    expect(dropped.task.status).toBe("cancelled");
    for (const { task } of [done, dropped]) {
      expect(kinds(step(task, { type: "task:reopened", by: "github:octo" }))).toEqual(["task:route"]);
    }
  });

  it("routes new words again, also of a result that nobody would look at, and keeps a merge that people want", () => {
    const words = { ...spec, title: "y" };
    const edited = { type: "task:edited", by: "github:octo", words } as const;
    expect(kinds(walk(onForge, routedEvent, edited))).toEqual(["task:route"]);
    const auto: TaskPolicy = { ...onForge, merge: "auto" };
    const alone = walk(auto, ...passed(), opened, { type: "pull:seen", facts: green }, edited);
    expect([alone.task.title, alone.task.status, kinds(alone)]).toEqual(["y", "new", ["task:route"]]);
    const approved: PullFacts = { ...green, decision: "approved" };
    const ready = walk(auto, ...passed(), opened, { type: "pull:seen", facts: approved }, edited);
    expect([ready.task.title, kinds(ready)]).toEqual(["y", ["pull:merge"]]);
  });

  it("follows the table through any order of events, and never forgets its pull request", () => {
    const anyFacts: fc.Arbitrary<PullFacts> = fc.record({
      head: fc.constantFrom(...commits),
      state: fc.constantFrom("open", "merged", "closed"),
      checks: fc.constantFrom("none", "pending", "failing", "passing"),
      quiet: fc.boolean(),
      decision: fc.constantFrom("none", "approved", "changes_requested"),
      mergeable: fc.constantFrom("yes", "conflict", "unknown"),
      behind: fc.boolean(),
      draft: fc.boolean(),
    });
    const anyEvent: fc.Arbitrary<TaskEvent> = fc.oneof(
      fc.constantFrom(...passed(1), ...passed(2), ...passed(3), opened, asksForChanges),
      anyFacts.map((facts) => ({ type: "pull:seen", facts }) as const),
      fc
        .constantFrom("approve", "request_changes", "reject")
        .map((decision) => ({ type: "review:given", commit, by: agent, decision, notes: "n" }) as const),
      fc.constant({ type: "task:edited", by: "me", words: spec } as const),
      fc.constantFrom("completed", "not_planned").map((as) => ({ type: "task:closed", by: "me", as }) as const),
      fc.boolean().map((again) => ({ type: "task:noted", by: "me", text: "n", again }) as const),
      fc.constant({ type: "task:held", by: "me", why: "" } as const),
      fc.constant({ type: "pull:found", pull, result: { ...result, attempt: 0, checks: 0 } } as const),
      fc
        .constantFrom("review:requested", "task:reopened", "task:retried", "merge:requested")
        .map((type) => ({ type, by: "me" }) as const),
    );
    const anyPolicy = fc
      .record({ merge: fc.constantFrom("never", "approve_gate", "auto"), reviewAgent: fc.boolean() })
      .map(({ merge, reviewAgent }) => ({ ...onForge, merge, forge: { reviewAgent, maxReviewCycles: 2 } }) as const);
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), anyPolicy, (events, policy) => {
        let task = walk(policy).task;
        for (const event of events) {
          const moved = advance(task, { ref, event, policy, now: 1000, jitter: 0.5 });
          if (!moved.ok) continue;
          const next = moved.value;
          expect(transitions[task.status][event.type]).toContain(next.task.status);
          if (task.pull !== undefined)
            expect([next.task.pull, ...(next.task.earlierPulls ?? [])]).toContainEqual(task.pull);
          if (next.task.status === "new") expect(kinds(next)).toContain("task:route");
          if (kinds(next).includes("pull:merge"))
            expect(next.task).toMatchObject({ seen: { head: commit, state: "open" } });
          if (next.task.status === "in_review" && next.task.pull === undefined) {
            expect(kinds(next)).toContain("pull:open");
          }
          task = next.task;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
