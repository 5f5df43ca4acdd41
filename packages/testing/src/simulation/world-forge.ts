import type { Clock, CommitSha, ForgeHint, ForgePolicy, ProjectId, TaskId } from "@orch/core";
import { defaultLabelNames } from "@orch/core";

import { createMemoryForge, type MemoryForge } from "../forge/memory-forge.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { World } from "./world.ts";

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
  begin(): void;
}

const LOOK_MS = 45_000;
const REVIEWS = 4;
const WORDS = ["/retry", "/merge", "/status", "/block for now", "/unblock", "Please mind the style.", "/priority high"];

/** Makes the life of a forge: each new head is built, a few are reviewed, and people say things below issues. */
export function createForgeLife(world: World, forge: MemoryForge, hint: (hint: ForgeHint) => void): ForgeLife {
  const { clock, random } = world;
  const { project } = forge;
  let reviews = random.between(1, REVIEWS);

  /** What webhooks are: some are lost, some come twice, and some tell of nothing. */
  function tell(): void {
    for (const [number, { head }] of forge.state.pulls) {
      if (random.chance(0.3)) hint({ project, about: "pull", number });
      if (random.chance(0.3)) hint({ project, about: "commit", commit: head });
    }
    for (const number of forge.state.issues.keys()) {
      if (random.chance(0.3)) hint({ project, about: "issue", number });
    }
  }

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
    const [issue] = [...forge.state.issues.keys()];
    if (heads.length > 0 && random.chance(0.5)) {
      reviews -= 1;
      const pull = random.pick(heads);
      const decision = random.pick(["approve", "request_changes", "comment"] as const);
      await forge.people.review({ number: pull.number, decision, body: "As I said." });
      world.trace.say("reviewer", `${decision} ${pull.number}`);
    } else if (issue !== undefined && random.chance(0.3)) {
      reviews -= 1;
      const body = random.pick(WORDS);
      await forge.people.comment({ thread: issue, body });
      world.trace.say("owner", `${body} below ${issue}`);
    }
  }

  async function live(): Promise<void> {
    for (;;) {
      await clock.sleep(random.between(LOOK_MS / 3, LOOK_MS));
      await build();
      await speak();
      if (random.chance(0.5)) tell();
    }
  }

  return {
    get finished() {
      return openHeads(forge).every(({ head }) => isBuilt(forge, head));
    },
    begin: () => void live(),
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
export function wishByIssue(forge: MemoryForge, title: string): Promise<TaskId> {
  return forge.people.openIssue({ title, labels: [defaultLabelNames.orchestrate] });
}

/** A forge whose comments are written without a look whether they are there: the bug of two of the seeds. */
export function babbling(forge: MemoryForge): MemoryForge {
  return {
    ...forge,
    putComment: ({ thread, marker, body }) =>
      forge.people.comment({ thread, body: `<!-- ${marker} -->\n${body}`, as: "orch[bot]" }),
  };
}
