import type { Clock, CommitSha, ForgeHint, ForgePolicy, ProjectId, TaskId } from "@orch/core";
import { defaultLabelNames } from "@orch/core";

import { createMemoryForge, type MemoryForge } from "../forge/memory-forge.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { SHARED, type World } from "./world.ts";

/** What decides about pull requests of the simulated project. */
export const simulatedForgePolicy: ForgePolicy = { reviewAgent: false, maxReviewCycles: 2 };

/** A forge of the simulated world, for one run in two. */
export function someForge(input: {
  readonly random: SeededRandom;
  readonly clock: Clock;
  readonly project: ProjectId;
}): MemoryForge | undefined {
  return input.random.chance(0.5) ? createMemoryForge(input) : undefined;
}

/** What lives on a forge beside orch: continuous integration and people who review. */
export interface ForgeLife {
  /** True when nobody there has anything more to do. */
  readonly finished: boolean;
  /** The comments that called orch by its name. */
  readonly calls: readonly number[];
  begin(): void;
}

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
];

/** Makes the life of a forge: each new head is built, a few are reviewed, and people say things below issues. */
export function createForgeLife(world: World, forge: MemoryForge, hint: (hint: ForgeHint) => void): ForgeLife {
  const { clock, random } = world;
  let reviews = random.between(1, REVIEWS);
  const remark = remarking(world, forge);
  const calling = createCalls(world, forge);
  const land = landing(world, forge);
  const beside = createForeign(world, forge);

  async function build(): Promise<void> {
    for (const { head } of openHeads(forge)) {
      if (isBuilt(forge, head)) continue;
      const isGood = world.commits.get(head)?.good === true && !random.chance(0.15);
      const conclusion = isGood ? "success" : "failure";
      await forge.people.finishJob({ commit: head, name: "ci", conclusion, log: "the end" });
      world.trace.say("ci", `${conclusion} at ${head.slice(-4)}`);
    }
  }

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
      await build();
      await land();
      await speak();
      if (random.chance(0.5)) tell(world, { forge, hint });
    }
  }

  return {
    calls: calling.made,
    get finished() {
      return beside.finished && openHeads(forge).every(({ head }) => isBuilt(forge, head));
    },
    begin: () => void Promise.all([beside.live(), live()]),
  };
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
      const threads = [...forge.state.issues.keys(), ...forge.state.pulls.keys()];
      if (open === 0 || threads.length === 0 || !random.chance(0.1)) return;
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
async function comment({ random, trace }: World, forge: MemoryForge, body: string): Promise<void> {
  const thread = random.pick([...forge.state.issues.keys()]);
  await forge.people.comment({ thread, body });
  trace.say("owner", `${body} below ${thread}`);
}

/** Somebody else's work lands on the base; some of it where orch's tasks work, too. */
function landing({ random, trace, base }: World, forge: MemoryForge): () => Promise<void> {
  let pushes = random.between(1, PUSHES);
  forge.state.strict = random.chance(0.5);
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

function isBuilt({ state }: MemoryForge, head: CommitSha): boolean {
  const checks = [...(state.checks.get(head)?.values() ?? [])];
  return checks.length > 0 && checks.every((check) => check.state !== "pending");
}

/** Opens an issue that asks for orch. */
export function wishByIssue(
  forge: MemoryForge,
  wish: { readonly title: string; readonly random: SeededRandom },
): Promise<TaskId> {
  const { title, random } = wish;
  const others = [...forge.state.issues.keys()];
  const waits =
    others.length > 0 && random.chance(0.3) ? [`${defaultLabelNames.blocked_by}#${random.pick(others)}`] : [];
  return forge.people.openIssue({ title, labels: [defaultLabelNames.orchestrate, ...waits] });
}

/** A forge whose comments are written without a look whether they are there: the bug of two of the seeds. */
export function babbling(forge: MemoryForge): MemoryForge {
  return {
    ...forge,
    putComment: ({ thread, marker, body }) =>
      forge.people.comment({ thread, body: `<!-- ${marker} -->\n${body}`, as: "orch[bot]" }),
  };
}
