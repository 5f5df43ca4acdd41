import {
  internalTaskId,
  landingsOf,
  noUsage,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  unwrap,
  verdictOf,
  type AgentName,
  type Attempt,
  type BranchResult,
  type Landing,
  type ProjectSettings,
  type Reason,
  type RouteWeight,
  type Router,
  type Task,
} from "@orch/core";

import { seededRandom, type SeededRandom } from "./simulation/seeded-random.ts";
import { sampleAgent, sampleTask } from "./suites/samples.ts";
import { projectOf } from "./suites/workspace-bench.ts";

/** How good an agent really is at a kind of task; all from 0 to 1. */
export interface Skill {
  /** How often its work is taken. */
  readonly lands: number;
  /** How much of what is taken is asked for more first. */
  readonly reworked: number;
}

/** A world whose truth is known, for measuring how routing finds it out. */
export interface RoutingWorld {
  /** By agent: how good it is at a kind of task (`bug`, `docs`) when the n-th task comes. */
  readonly agents: Readonly<Record<string, (kind: string, turn: number) => Skill>>;
  readonly tasks: number;
  /** How often a service's limit ends an attempt before it says anything, by agent. */
  readonly limited?: Readonly<Record<string, number>>;
}

/** What a routing did in a world. A task's regret is the best agent's expected reward less the chosen one's. */
export interface RoutingRun {
  /** All regret up to each task. */
  readonly regret: readonly number[];
  /** How often each agent was chosen. */
  readonly chosen: Readonly<Record<string, number>>;
}

const skill = (lands: number, reworked = 0.2): Skill => ({ lands, reworked });

/** Who is good at one kind is not at the other; a good one runs into limits, which say nothing about its work. */
export const steadyWorld: RoutingWorld = {
  tasks: 400,
  agents: {
    codex: (kind) => skill(kind === "bug" ? 0.9 : 0.5),
    claude: (kind) => skill(kind === "bug" ? 0.5 : 0.9),
    kimi: () => skill(0.4, 0.5),
    poor: () => skill(0.1),
  },
  limited: { codex: 0.4, poor: 0.4 },
};

/** Half-way, the best becomes the worst. */
export const driftingWorld: RoutingWorld = {
  ...steadyWorld,
  agents: {
    ...steadyWorld.agents,
    codex: (_kind, turn) => skill(turn < 200 ? 0.95 : 0.1),
    claude: () => skill(0.7),
  },
};

const TASK_MS = 8_640_000;
const KINDS = ["bug", "docs"];
/** How many tasks later it is known what became of one. */
const LATER = 4;
/** As many decided tasks as the engine tells a router of. */
const NEWEST = 200;
const branch = unwrap(parseBranchName("work"));
const commit = unwrap(parseCommitSha("a".repeat(40)));

/** Lets a router choose for one task after the other, ten a day, and tells it what its earlier choices came to. */
export async function playRouting(
  router: Router,
  { world, seed, routing }: { readonly world: RoutingWorld; readonly seed: number; readonly routing?: Routing },
): Promise<RoutingRun> {
  const random = seededRandom(seed);
  const names = Object.keys(world.agents).map((name) => unwrap(parseAgentName(name)));
  const agents = Object.fromEntries(names.map((name) => [name, sampleAgent]));
  const project = projectOf("/source", { agents, ...(routing === undefined ? {} : { routing }) });
  const [known, regret]: [Landing[][], number[]] = [[], []];
  const chosen: Record<string, number> = {};
  const weights: Record<string, RouteWeight> = {};
  let lastAgent: AgentName | undefined;
  for (let turn = 0; turn < world.tasks; turn += 1) {
    const now = turn * TASK_MS;
    const kind = random.pick(KINDS);
    const task = sampleTask({ id: internalTaskId(turn + 1), labels: [kind] });
    const last = lastAgent === undefined ? {} : { lastAgent };
    const landings = known.slice(Math.max(0, turn - LATER - NEWEST), Math.max(0, turn - LATER)).flat();
    const context = {
      project,
      available: names,
      now,
      chance: random.next(),
      weights: { ...weights },
      landings,
      ...last,
    };
    const decision = await router.route(task, context);
    if (decision.kind === "nobody") throw new Error(decision.detail);
    const { agent } = decision.assignment;
    lastAgent = agent;
    chosen[agent] = (chosen[agent] ?? 0) + 1;
    const worth = (name: string): number => expected(skillOf(world, { name, kind, turn }));
    regret.push((regret.at(-1) ?? 0) + Math.max(...names.map(worth)) - worth(agent));
    const made = makeTask(task, { skill: skillOf(world, { name: agent, kind, turn }), random, agent, now, world });
    known.push([...landingsOf(made.task, made.attempts)]);
    for (const { verdict } of made.attempts) {
      const signal = verdict?.kind === "pass" ? "success" : "limited";
      weights[agent] = router.learn(weights[agent], { signal, now });
    }
  }
  return { regret, chosen };
}

type Routing = NonNullable<ProjectSettings["routing"]>;

function skillOf(
  { agents }: RoutingWorld,
  { name, kind, turn }: { readonly name: string; readonly kind: string; readonly turn: number },
): Skill {
  return agents[name]?.(kind, turn) ?? { lands: 0, reworked: 0 };
}

/** Work that is asked for more once is worth half. */
function expected({ lands, reworked }: Skill): number {
  return lands * (1 - reworked / 2);
}

interface Made {
  readonly task: Task;
  readonly attempts: readonly Attempt[];
}

/** What becomes of a task, by chance and skill: limits first, now and then a person who gives it up before any work. */
function makeTask(
  task: Task,
  by: {
    readonly skill: Skill;
    readonly random: SeededRandom;
    readonly agent: AgentName;
    readonly now: number;
    readonly world: RoutingWorld;
  },
): Made {
  const { skill, random, agent, now, world } = by;
  const attempts: Attempt[] = [];
  const add = (reason?: Reason): void =>
    void attempts.push(attemptOf(task, { number: attempts.length + 1, agent, now, reason }));
  if (random.chance(world.limited?.[agent] ?? 0)) add("rate_limited");
  if (random.chance(0.05)) return { task: { ...task, status: "cancelled", why: "not wanted any more" }, attempts };
  if (!random.chance(skill.lands)) {
    const isRefused = random.chance(0.5);
    add(isRefused ? undefined : "checks_failed");
    const lost = isRefused
      ? ({ status: "cancelled", why: "not what was wanted" } as const)
      : ({ status: "needs_review", reason: "max_attempts", detail: "" } as const);
    return { task: { ...task, ...lost }, attempts };
  }
  add();
  if (random.chance(skill.reworked)) add();
  const result: BranchResult = { branch, commit, base: branch, attempt: attempts.length, checks: 1 };
  return { task: { ...task, status: "done", outcome: { kind: "merged", result, mergeCommit: commit } }, attempts };
}

function attemptOf(
  { project, id }: Task,
  made: {
    readonly number: number;
    readonly agent: AgentName;
    readonly now: number;
    readonly reason: Reason | undefined;
  },
): Attempt {
  const { number, agent, now, reason } = made;
  return {
    project,
    id,
    attempt: number,
    assignment: { agent, complexity: "medium", why: "chosen" },
    phase: "finished",
    startedAt: now,
    endedAt: now,
    usage: noUsage,
    verdict: reason === undefined ? { kind: "pass" } : verdictOf(reason, "by chance"),
  };
}
