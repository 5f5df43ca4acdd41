import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  defaultPolicy,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  silentLogger,
  systemClock,
  systemRandom,
  unwrap,
  type AttemptRunner,
  type Engine,
  type Forge,
  type ForgeHint,
  type Store,
} from "@orch/core";
import { createEngine } from "@orch/engine";
import { openStore } from "@orch/store";
import { fixedRouter, repositoryAt, sampleForge, type FakeClock } from "@orch/testing";
import { absentWorkspace, bareSettings, passedRun } from "@orch/testing/engine-world";
import type { GitHubStandIn } from "@orch/testing/github";

import { createGitHubForge, givenToken } from "../src/index.ts";
import { ORCH } from "./bench.ts";

/** The real engine with the real client on a stand-in, in a time of its own. Agents are played: each pushes a commit. */
export interface EngineLoop extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly forge: Forge;
  readonly engine: Engine;
  /** Lets this much time pass, five seconds at a time, each with all that is asked for in it. */
  pass(ms: number, each?: () => Promise<void>): Promise<void>;
}

/** What a loop is made of. */
export interface LoopOptions {
  readonly standIn: GitHubStandIn;
  /** The same that the stand-in is told the time by. */
  readonly clock: FakeClock;
  readonly repository: string;
  /** Who pushes what the agents made. */
  readonly owner: string;
  readonly parallel: number;
  /** How long each attempt takes, in milliseconds. */
  readonly workMs: number;
  readonly syncMs: number;
  /** Requests that are sent while this is true are never answered. */
  hangs?(): boolean;
  /** Webhooks arrive. */
  readonly hinted?: boolean;
}

const agent = unwrap(parseAgentName("player"));
const STEP_MS = 5000;
/** So many turns without anything under way: nothing more comes by itself. */
const QUIET_TURNS = 3;

/** Opens a loop; the engine is started by `pass`, after whoever wants to has prepared the world. */
export async function openLoop(options: LoopOptions): Promise<EngineLoop> {
  const { standIn, clock, repository, parallel, syncMs, hinted } = options;
  const folder = await mkdtemp(join(tmpdir(), "orch-loop-"));
  // In memory: what a commit waits for on the disk is what other tests are about.
  const store = await openStore({ path: ":memory:", clock });
  const traffic = countUnderWay(options);
  const access = givenToken(standIn.tokenOf(ORCH));
  const forge = createGitHubForge({ repository, apiUrl: standIn.url, access, clock, fetch: traffic.fetch });
  const settings = bareSettings(forge.project, {
    policy: { ...defaultPolicy, forge: { maxReviewCycles: 2, reviewAgent: false } },
    forge: { ...sampleForge, repository: forge.repository },
  });
  const engine = createEngine({
    store,
    clock,
    random: systemRandom,
    logger: silentLogger,
    router: fixedRouter(agent),
    runner: player(options, { folder, run: traffic.run }),
    workspace: absentWorkspace({
      readFiles: async () => ({}),
      log: async () => [],
      remove: async () => ({ removed: true }),
    }),
    forges: { of: () => forge, key: new Uint8Array(32) },
    projects: { get: () => settings, list: () => [settings] },
    availableAgents: async () => [agent],
    reasonFor: () => "agent_failed",
    branchFor: (_, { id }) => unwrap(parseBranchName(`gh-task-${id}`)),
    settings: {
      host: "loop",
      maxParallel: parallel,
      leaseMs: 90_000,
      tickMs: 10_000,
      stuckMs: 7_200_000,
      syncMs,
      hinted: () => hinted === true,
    },
  });
  let started = false;
  return {
    clock,
    store,
    forge,
    engine,
    async pass(ms, each) {
      if (!started) await engine.start();
      started = true;
      for (const end = clock.now() + ms; clock.now() < end;) {
        await clock.advance(Math.min(STEP_MS, end - clock.now()));
        await traffic.settled();
        await each?.();
      }
      await traffic.settled();
    },
    async [Symbol.asyncDispose]() {
      const done = engine[Symbol.asyncDispose]();
      await traffic.settled();
      await done;
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** What a webhook of each write of orch's own would tell, and of what people did. */
export function echoes(
  forge: Forge,
  requests: readonly { readonly method: string; readonly path: string }[],
): readonly ForgeHint[] {
  const { project } = forge;
  return requests.flatMap(({ method, path }): readonly ForgeHint[] => {
    const [, kind, number = ""] = /\/(issues|pulls)\/(\d+)/.exec(path) ?? [];
    if (method === "GET" || kind === undefined) return [];
    return [{ project, about: kind === "pulls" ? "pull" : "issue", number: Number(number) }];
  });
}

function countUnderWay({ hangs }: Pick<LoopOptions, "hangs">): {
  readonly fetch: typeof fetch;
  run<Value>(work: () => Promise<Value>): Promise<Value>;
  settled(): Promise<void>;
} {
  let underWay = 0;
  const run = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    underWay += 1;
    try {
      return await work();
    } finally {
      underWay -= 1;
    }
  };
  return {
    run,
    // The body is read before it counts as answered.
    fetch: (input, init) => {
      if (hangs?.() === true) return unanswered(init?.signal);
      return run(async () => {
        const response = await fetch(input, init);
        const body = response.status === 204 || response.status === 304 ? null : await response.arrayBuffer();
        return new Response(body, response);
      });
    },
    async settled() {
      for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
        await systemClock.sleep(0);
        if (underWay > 0) quiet = -1;
      }
    },
  };
}

/** What ends when whoever asked gives up. */
function unanswered(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
  });
}

interface Playing {
  readonly folder: string;
  run<Value>(work: () => Promise<Value>): Promise<Value>;
}

function player(options: LoopOptions, { folder, run }: Playing): AttemptRunner {
  const { standIn, clock, repository, owner, workMs } = options;
  const clone = repositoryAt(`${folder}/clone`);
  let ready: Promise<unknown> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function push(branch: string): Promise<string> {
    const remote = standIn.cloneUrl(repository, owner);
    ready ??= repositoryAt(folder)
      .git("clone", "--quiet", remote, "clone")
      .then(async () => {
        await clone.git("config", "user.name", "Player");
        await clone.git("config", "user.email", "player@example.com");
      });
    await ready;
    await clone.git("switch", "--quiet", "--detach", "origin/main");
    const commit = await clone.commit("change", { [`${branch}.txt`]: `${branch}\n` });
    await clone.git("push", "--quiet", "--force", "origin", `HEAD:refs/heads/${branch}`);
    return commit;
  }
  return {
    async run(attempt) {
      const startedAt = clock.now();
      await clock.sleep(workMs, attempt.signal);
      if (attempt.signal.aborted) return { kind: "abandoned", why: "aborted" };
      const branch = unwrap(parseBranchName(`gh-task-${attempt.task.id}`));
      const pushed = last.then(() => push(branch));
      last = pushed;
      const commit = unwrap(parseCommitSha(await run(() => pushed)));
      return passedRun(attempt, { branch, commit, startedAt, endedAt: clock.now() });
    },
    reap: async () => 0,
    stop: async () => undefined,
    tell: async () => undefined,
    retire: async () => undefined,
  };
}
