import {
  parseBranchName,
  parseCommitSha,
  unwrap,
  type AttemptRef,
  type BranchName,
  type CommitSha,
  type SessionExit,
  type SessionId,
  type SessionSpec,
  type TaskKey,
} from "@orch/core";

import type { FakeClock } from "../fake-clock.ts";
import type { MemoryForge } from "../forge/memory-forge.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { Trace } from "./trace.ts";

/** The file that all work on. */
export const SHARED = "shared.txt";

/** A commit of the simulated world. */
export interface WorldCommit {
  readonly id: CommitSha;
  readonly parents: readonly CommitSha[];
  /** The attempt whose agent made it; absent for the base and for merges. */
  readonly by?: AttemptRef;
  /** Whether the project's checks pass on it. */
  readonly good: boolean;
  /** Whether it touches the file that all work on: two such commits side by side conflict. */
  readonly shared?: boolean;
}

/** A clone on the simulated disk. */
export interface WorldClone {
  readonly branch: BranchName;
  head: CommitSha;
}

/** A process of the simulated machine. It outlives every daemon. */
export interface WorldSession {
  readonly spec: SessionSpec;
  state: "running" | "exited" | "lost";
  exit: SessionExit | undefined;
  readonly waiting: Set<() => void>;
  /** Ids of the messages that it was sent; true: its agent has shown it. */
  readonly told: Map<string, boolean>;
}

/** Bugs of the outside that the simulation can plant: adapters that act without looking first. */
export interface WorldFaults {
  /** Sessions are started again although they run, branches are pushed and merged again although they are there. */
  blind: boolean;
  /** Comments are written on the forge without a look whether they are there. */
  babbles: boolean;
  /** Branches are made in the repository itself, although they belong into a fork. */
  strays: boolean;
}

/** Everything outside the daemon: disk, repositories, processes. Survives every crash. */
export interface World {
  readonly clock: FakeClock;
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly faults: WorldFaults;
  readonly base: BranchName;
  readonly commits: Map<CommitSha, WorldCommit>;
  /** Branches of the user's repository. */
  readonly branches: Map<BranchName, CommitSha>;
  /** What the daemon's bare repository keeps: collected and rescued commits. */
  readonly kept: Set<CommitSha>;
  readonly clones: Map<string, WorldClone>;
  readonly sessions: Map<SessionId, WorldSession>;
  /** How often each session was really started. */
  readonly starts: Map<SessionId, number>;
  /** The ids of the notes that each attempt's agent was told, by its prompt and while it ran. */
  readonly told: Map<string, { prompt: readonly string[]; readonly live: Set<string> }>;
  /** How often each task's results were looked at by a review agent. */
  readonly looks: Map<TaskKey, number>;
  /** How often each task's result was really merged. */
  readonly merges: Map<TaskKey, number>;
  /** How often each commit was really pushed to each branch. */
  readonly pushed: Map<string, number>;
  /** Commits that were made anew on top of another, by both. */
  readonly rebased: Map<string, CommitSha>;
  /** The forge of the project, where it has one. */
  readonly forge: MemoryForge | undefined;
  /** True while a rule of the repository refuses every push to a branch of a task. */
  readonly pushes: { refused: boolean };
  /** Where the result was when somebody said something below its issue or pull request, by the comment's id. */
  readonly saidAt: Map<number, CommitSha | undefined>;
  /** The pull requests that people made drafts, by their numbers. */
  readonly drafts: Set<number>;
  /** What went wrong as it happened, in words. */
  readonly violations: string[];
  commit(parents: readonly CommitSha[], made: Omit<WorldCommit, "id" | "parents">): CommitSha;
}

/** Makes a world with one base commit on `main`. */
export function createWorld(parts: Pick<World, "clock" | "random" | "trace" | "forge">): World {
  const commits = new Map<CommitSha, WorldCommit>();
  const base = unwrap(parseBranchName("main"));

  function commit(parents: readonly CommitSha[], made: Omit<WorldCommit, "id" | "parents">): CommitSha {
    const id = unwrap(parseCommitSha((commits.size + 1).toString(16).padStart(40, "0")));
    commits.set(id, { id, parents, ...made });
    return id;
  }

  const root = commit([], { good: true });
  return {
    ...parts,
    faults: { blind: false, babbles: false, strays: false },
    base,
    commits,
    branches: new Map([[base, root]]),
    kept: new Set([root]),
    clones: new Map(),
    sessions: new Map(),
    starts: new Map(),
    told: new Map(),
    looks: new Map(),
    merges: new Map(),
    pushed: new Map(),
    pushes: { refused: false },
    saidAt: new Map(),
    drafts: new Set(),
    rebased: new Map(),
    violations: [],
    commit,
  };
}

/** True when `ancestor` is `commit` or one of its ancestors. */
export function reaches(world: World, commit: CommitSha, ancestor: CommitSha): boolean {
  const open = [commit];
  const seen = new Set<CommitSha>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === ancestor) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(world.commits.get(id)?.parents ?? []));
  }
  return false;
}

/** Adds one to a count. */
export function count<Key>(counts: Map<Key, number>, key: Key): number {
  const next = (counts.get(key) ?? 0) + 1;
  counts.set(key, next);
  return next;
}
