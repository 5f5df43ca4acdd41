import type { BranchName, CommitSha, ForgeHint, ForgePolicy, TaskId } from "@orch/core";
import { defaultLabelNames } from "@orch/core";

import type { MemoryForge } from "../forge/memory-forge.ts";
import {
  approveSome,
  createEager,
  createMeddlers,
  createMerger,
  forbidPushes,
  resultAt,
  takeOver,
} from "./pull-meddlers.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { LATE_CHECK } from "./some-forge.ts";
import { SHARED, type World } from "./world.ts";

/** What decides about pull requests of the simulated project. */
export const simulatedForgePolicy: ForgePolicy = { reviewAgent: false, maxReviewCycles: 2 };

/** What lives on a forge beside orch: continuous integration and people who review. */
export interface ForgeLife {
  /** True when nobody there has anything more to do. */
  readonly finished: boolean;
  /** The comments that called orch by its name. */
  readonly calls: readonly number[];
  begin(): void;
}

/** How an earlier orch named its branches. */
const EARLIER = "gh-task-";
const LOOK_MS = 45_000;
const REVIEWS = 4;
const PUSHES = 6;
const REMARKS = 4;
const CALLS = 3;
const WORDS = [
  "/retry",
  "/merge",
  "/approve",
  "/merge",
  "/status",
  "/block for now",
  "/unblock",
  "Please mind the style.",
  "/priority high",
  "/context So.",
  "/review",
  "/assign robot",
  "/close not needed",
];

/** Makes the life of a forge: each new head is built, a few are reviewed, and people say things below issues. */
export function createForgeLife(world: World, forge: MemoryForge, hint: (hint: ForgeHint) => void): ForgeLife {
  const { clock, random } = world;
  let reviews = random.between(1, REVIEWS);
  const remark = remarking(world, forge);
  const calling = createCalls(world, forge);
  const land = landing(world, forge);
  const beside = createForeign(world, forge);
  const ways = { world, forge, isBuilt: (head: CommitSha) => isBuilt(forge, head) };
  const meddlers = createMeddlers(ways);
  const mergeInTheirPlace = createMerger(ways);
  const wishMerges = createEager(ways);

  async function speak(): Promise<void> {
    if (reviews === 0) return;
    const heads = openHeads(forge);
    if (heads.length > 0 && random.chance(0.5)) {
      reviews -= 1;
      const pull = random.pick(heads);
      const decision = random.pick(["approve", "request_changes", "comment"] as const);
      await forge.people.review({ number: pull.number, decision, body: "As I said." });
      world.trace.say("reviewer", `${decision} ${pull.number}`);
    } else if (forge.state.issues.size > 0 && random.chance(0.3)) {
      reviews -= 1;
      await comment(world, forge, random.pick(WORDS));
    } else if (random.chance(0.1)) {
      reviews -= 1;
      await beside.closePart();
    }
  }

  async function live(): Promise<void> {
    for (;;) {
      await clock.sleep(random.between(LOOK_MS / 3, LOOK_MS));
      await remark();
      await calling.call();
      await build(world, forge);
      await land();
      await speak();
      await meddlers.meddle();
      await takeOver(ways);
      await approveSome(ways);
      await wishMerges();
      mergeInTheirPlace();
      if (random.chance(0.5)) tell(world, { forge, hint });
    }
  }

  return {
    calls: calling.made,
    get finished() {
      return beside.finished && openHeads(forge).every(({ head }) => isBuilt(forge, head));
    },
    begin: () => void Promise.all([beside.live(), live(), forbidPushes(ways)]),
  };
}

/** Runs the checks of every open head; the late one comes when it comes. */
async function build(world: World, forge: MemoryForge): Promise<void> {
  const { random } = world;
  for (const { head } of openHeads(forge)) {
    for (const name of missingChecks(forge, head)) {
      if (name === LATE_CHECK && !random.chance(0.15)) continue;
      const isGood = world.commits.get(head)?.good !== false && !random.chance(0.15);
      const conclusion = isGood ? "success" : "failure";
      await forge.people.finishJob({ commit: head, name, conclusion, log: "the end" });
      world.trace.say("ci", `${name}: ${conclusion} at ${head.slice(-4)}`);
    }
  }
}

/** What webhooks are: some are lost, some come twice, and some tell of nothing. */
function tell(
  { random }: World,
  { forge, hint }: { readonly forge: MemoryForge; readonly hint: (hint: ForgeHint) => void },
): void {
  const { project } = forge;
  for (const [number, { head }] of forge.state.pulls) {
    if (random.chance(0.3)) hint({ project, about: "pull", number });
    if (random.chance(0.3)) hint({ project, about: "commit", commit: head });
  }
  for (const number of forge.state.issues.keys()) {
    if (random.chance(0.3)) hint({ project, about: "issue", number });
  }
}

/** What people do with issues that are not, or not alone, their wishes: one of their own that others wait for, and parts. */
function createForeign(world: World, forge: MemoryForge) {
  const { clock, random } = world;
  let finished = false;
  return {
    /** True when the issue of their own is closed. */
    get finished() {
      return finished;
    },
    async live(): Promise<void> {
      const id = await forge.people.openIssue({ title: "a person's own" });
      await clock.sleep(random.between(LOOK_MS, 40 * LOOK_MS));
      await forge.people.editIssue({ id, state: "closed" });
      world.trace.say("owner", `closes ${id}`);
      finished = true;
    },
    /** Closes one of the issues that orch opened. */
    async closePart(): Promise<void> {
      const all = [...forge.state.issues.values()];
      const parts = all.filter(({ body, state }) => body.includes("orch:part") && state === "open");
      if (parts.length === 0) return;
      const { id } = random.pick(parts);
      await forge.people.editIssue({ id, state: "closed" });
      world.trace.say("owner", `closes the part ${id}`);
    },
  };
}

/** Somebody who may write calls orch by its name, below any issue or pull request. */
function createCalls({ random, trace }: World, forge: MemoryForge) {
  let open = random.between(0, CALLS);
  const made: number[] = [];
  return {
    made,
    async call(): Promise<void> {
      // What was said before orch has taken in an issue may be older than its first look, and is not heard where that is closed.
      const known = [...forge.state.issues.values()].filter(({ labels }) => labels.some(isStatus));
      const pulls = [...forge.state.pulls.values()].filter(({ branch }) => !branch.startsWith(EARLIER));
      const threads = [...known.map(({ id }) => Number(id)), ...pulls.map(({ number }) => number)];
      if (open === 0 || threads.length === 0 || !random.chance(0.1) || !forge.calls.includes("changes")) return;
      open -= 1;
      const thread = random.pick(threads);
      made.push(await forge.people.comment({ thread, body: `@orch look at this, please; ${open} more to come.` }));
      trace.say("owner", `calls orch below ${thread}`);
    },
  };
}

/** What is said to whoever is at work, soon after an issue is there. */
function remarking(world: World, forge: MemoryForge): () => Promise<void> {
  let remarks = world.random.between(1, REMARKS);
  return async () => {
    if (remarks === 0 || forge.state.issues.size === 0 || !world.random.chance(0.3)) return;
    remarks -= 1;
    await comment(world, forge, `Please mind the style, ${remarks} times.`);
  };
}

/** Somebody who may write says something below one of the issues. */
async function comment(world: World, forge: MemoryForge, body: string): Promise<void> {
  const { random, trace } = world;
  const threads = [...forge.state.issues.keys(), ...forge.state.pulls.keys()];
  const thread = random.pick(threads);
  const at = resultAt(forge, thread);
  world.saidAt.set(await forge.people.comment({ thread, body }), at);
  trace.say("owner", `${body} below ${thread}`);
}

/** Somebody else's work lands on the base; some of it where orch's tasks work, too. */
function landing({ random, trace, base }: World, forge: MemoryForge): () => Promise<void> {
  let pushes = random.between(1, PUSHES);
  return async () => {
    if (pushes === 0 || openHeads(forge).length === 0 || !random.chance(0.4)) return;
    pushes -= 1;
    const path = random.chance(0.6) ? SHARED : `theirs-${pushes}.txt`;
    const commit = await forge.people.push({ branch: base, files: { [path]: `theirs ${pushes}` } });
    trace.say("somebody", `pushes ${commit.slice(-4)} with ${path}`);
  };
}

function openHeads({ state }: MemoryForge): readonly { readonly number: number; readonly head: CommitSha }[] {
  return [...state.pulls.values()].filter((pull) => pull.state === "open");
}

function isBuilt(forge: MemoryForge, head: CommitSha): boolean {
  return missingChecks(forge, head).length === 0;
}

/** The checks that have not said their word about a commit. */
function missingChecks({ state }: MemoryForge, head: CommitSha): readonly string[] {
  const checks = state.checks.get(head);
  return [...new Set(["ci", ...state.required])].filter(
    (name) => (checks?.get(name)?.state ?? "pending") === "pending",
  );
}

/** Opens an issue that asks for orch; some have a pull request of an earlier orch already. */
export async function wishByIssue(
  forge: MemoryForge,
  wish: { readonly title: string; readonly random: SeededRandom },
): Promise<TaskId> {
  const { title, random } = wish;
  if (random.chance(0.1)) return leftByEarlier(forge, title);
  const others = [...forge.state.issues.keys()];
  const waits =
    others.length > 0 && random.chance(0.3) ? [`${defaultLabelNames.blocked_by}#${random.pick(others)}`] : [];
  return forge.people.openIssue({ title, labels: [defaultLabelNames.orchestrate, ...waits] });
}

/** An issue with what an orch of before left of it: labels, and a pull request that nobody has looked at since. */
async function leftByEarlier({ people, state, ...forge }: MemoryForge, title: string): Promise<TaskId> {
  const id = await people.openIssue({ title });
  const branch = `${EARLIER}${id}` as BranchName;
  state.heads.commit(branch, { [`earlier-${id}.txt`]: "As it was." });
  await forge.openPullRequest({ branch, title, body: `Closes #${id}`, draft: false });
  await people.editIssue({ id, labels: [defaultLabelNames.orchestrate, defaultLabelNames.status_in_review] });
  return id;
}

function isStatus(label: string): boolean {
  return label.startsWith("status:");
}
