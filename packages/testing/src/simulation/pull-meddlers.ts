import { defaultLabelNames, type BranchName, type CommitSha } from "@orch/core";

import { PEOPLE } from "../forge/forge-people.ts";
import type { MemoryForge } from "../forge/memory-forge.ts";
import { pushed } from "../forge/memory-people.ts";
import { mergeAs } from "../forge/memory-pulls.ts";
import { touch, type PullRecord } from "../forge/memory-state.ts";
import type { World } from "./world.ts";

/** What people do at pull requests and issues that orch takes for its own. */
export interface Meddlers {
  /** Does one thing, now and then. */
  meddle(): Promise<void>;
}

const ACTS = 3;

interface Deed {
  readonly what: string;
  /** Undefined: it can't be done to this one. */
  readonly to: (pull: PullRecord, ways: Ways) => (() => Promise<void> | void) | undefined;
}

interface Ways {
  readonly world: World;
  readonly forge: MemoryForge;
  readonly isBuilt: (head: CommitSha) => boolean;
}

const deeds: readonly Deed[] = [
  {
    what: "makes a draft of",
    // What orch opened as a draft is its own to make ready.
    to: (pull, { world, forge }) =>
      pull.state === "open" && !pull.draft && !pull.openedAsDraft
        ? () => {
            world.drafts.add(pull.number);
            change(forge, pull, { draft: true });
          }
        : undefined,
  },
  {
    what: "makes ready",
    to: (pull, { world, forge }) =>
      pull.state === "open" && pull.draft
        ? () => {
            world.drafts.delete(pull.number);
            change(forge, pull, { draft: false });
          }
        : undefined,
  },
  {
    what: "closes",
    to: (pull, { forge }) => (pull.state === "open" ? () => forge.people.closePull(pull.number) : undefined),
  },
  {
    what: "opens again",
    to: (pull, { forge }) =>
      pull.state === "closed" && forge.state.heads.tip(pull.branch) === pull.head && isAlone(pull, forge)
        ? () => change(forge, pull, { state: "open" })
        : undefined,
  },
  {
    what: "merges",
    to: (pull, { forge, isBuilt }) =>
      pull.state === "open" && !pull.draft && isBuilt(pull.head) && fits(pull, forge)
        ? () => void mergeAs(forge.state, { pull, as: PEOPLE.owner })
        : undefined,
  },
  {
    what: "pushes on top of",
    to: (pull, { forge }) =>
      pull.state === "open"
        ? () => {
            forge.state.heads.commit(pull.branch, { [`people-${pull.number}.txt`]: "Better so." });
            pushed(forge.state);
          }
        : undefined,
  },
];

/** Makes the people of one run who meddle with pull requests. */
export function createMeddlers(ways: Ways): Meddlers {
  const { world, forge } = ways;
  const { random, trace } = world;
  let left = random.between(0, ACTS);
  return {
    async meddle() {
      const pulls = [...forge.state.pulls.values()];
      if (left === 0 || pulls.length === 0 || !random.chance(0.12)) return;
      const pull = random.pick(pulls);
      const possible = deeds.flatMap(({ what, to }) => {
        const act = to(pull, ways);
        return act === undefined ? [] : [{ what, act }];
      });
      if (possible.length === 0) return;
      left -= 1;
      const { what, act } = random.pick(possible);
      trace.say("owner", `${what} ${pull.number}`);
      await act();
    },
  };
}

/** Pushes a branch for a task that waits for a person, as somebody does who has made it themselves; or opens an issue again. */
export async function takeOver({ world, forge }: Pick<Ways, "world" | "forge">): Promise<void> {
  const { random, trace } = world;
  const { state, people } = forge;
  const issues = [...state.issues.values()].filter(({ labels }) => labels.includes(defaultLabelNames.orchestrate));
  if (issues.length === 0 || !random.chance(0.02)) return;
  const { id, state: now, labels } = random.pick(issues);
  const branch = `task-${id}` as BranchName;
  if (now === "closed") {
    trace.say("owner", `opens the issue ${id} again`);
    await people.editIssue({ id, state: "open" });
  } else if (labels.includes(defaultLabelNames.status_needs_review) && state.heads.tip(branch) === undefined) {
    trace.say("owner", `pushes ${branch}`);
    state.heads.commit(branch, { [`people-${id}.txt`]: "Made by hand." });
  }
}

/** In a repository where orch may not merge, its owner does. */
export function createMerger({ world, forge, isBuilt }: Ways): () => void {
  return () => {
    if (forge.state.heads === forge.state.git || !world.random.chance(0.2)) return;
    const ready = [...forge.state.pulls.values()].filter(
      (pull) => pull.state === "open" && !pull.draft && isBuilt(pull.head) && fits(pull, forge),
    );
    if (ready.length === 0) return;
    const pull = world.random.pick(ready);
    world.trace.say("owner", `merges ${pull.number}`);
    mergeAs(forge.state, { pull, as: PEOPLE.owner });
  };
}

/** In one run in two somebody wishes everything that is built to be merged, once for each commit. */
export function createEager({ world, forge, isBuilt }: Ways): () => Promise<void> {
  const { random, trace, saidAt } = world;
  const isEager = random.chance(0.5);
  const wished = new Set<CommitSha>();
  return async () => {
    for (const { number, head, state } of isEager ? [...forge.state.pulls.values()] : []) {
      if (state !== "open" || wished.has(head) || !isBuilt(head) || !random.chance(0.2)) continue;
      wished.add(head);
      saidAt.set(await forge.people.comment({ thread: number, body: "/merge" }), resultAt(forge, number));
      trace.say("owner", `/merge below ${number} at ${head.slice(-4)}`);
    }
  };
}

/** Where a rule wants approvals, somebody gives them sooner or later. */
export async function approveSome({ world, forge, isBuilt }: Ways): Promise<void> {
  const { state, people } = forge;
  if (state.approvals === 0) return;
  for (const { number, head, draft, state: now } of state.pulls.values()) {
    const given = state.reviews.get(number) ?? [];
    const isGiven = given.some(({ commit, author }) => commit === head && author.login === PEOPLE.owner);
    if (now !== "open" || draft || isGiven || !isBuilt(head) || !world.random.chance(0.15)) continue;
    await people.review({ number, decision: "approve", body: "", as: PEOPLE.owner });
    world.trace.say("owner", `approves ${number} at ${head.slice(-4)}`);
  }
}

/** A rule that forbids every push for a while; then the owner lifts it, and has the work tried again. */
export async function forbidPushes({ world, forge }: Pick<Ways, "world" | "forge">): Promise<void> {
  const { random, clock, trace, pushes } = world;
  if (!random.chance(0.15)) return;
  pushes.refused = true;
  await clock.sleep(random.between(300_000, 1_200_000));
  pushes.refused = false;
  trace.say("owner", "lifts the rule about pushes");
  for (const { id, labels, state } of forge.state.issues.values()) {
    if (state === "open" && labels.includes(defaultLabelNames.status_needs_review)) {
      await forge.people.comment({ thread: Number(id), body: "/retry" });
    }
  }
}

function change({ state }: MemoryForge, pull: PullRecord, over: Partial<Pick<PullRecord, "draft" | "state">>): void {
  Object.assign(pull, over);
  touch(state, pull.number);
}

function isAlone(pull: PullRecord, { state }: MemoryForge): boolean {
  return [...state.pulls.values()].every((other) => other.state !== "open" || other.branch !== pull.branch);
}

function fits({ head, base }: PullRecord, { state }: MemoryForge): boolean {
  const tip = state.git.tip(base);
  return tip !== undefined && state.git.fits(head, tip);
}

/** Where the branch of a thread's task is: below its issue, or below its pull request. */
export function resultAt({ state }: MemoryForge, thread: number): CommitSha | undefined {
  const branch = state.pulls.get(thread)?.branch ?? (`task-${thread}` as BranchName);
  return state.heads.tip(branch);
}
