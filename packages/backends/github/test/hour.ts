import type { ForgeHint } from "@orch/core";
import { createFakeClock } from "@orch/testing";
import { startGitHub, type GitHubRequest, type GitHubStandIn } from "@orch/testing/github";

import { ORCH } from "./bench.ts";
import { echoes, openLoop, type EngineLoop } from "./engine-loop.ts";

const OWNER = "maker";
const REVIEWER = "rita";
const REPOSITORY = `${OWNER}/sample`;
const MINUTE_MS = 60_000;

/** What was asked of GitHub in some time. */
export interface Asked {
  /** Reads whose answer had not changed: they cost nothing. */
  readonly unchanged: number;
  readonly reads: number;
  readonly writes: number;
  /** GraphQL requests; each is a point on the stand-in. */
  readonly points: number;
  /** Pull requests that were merged meanwhile. */
  readonly merged: number;
}

/** A town of people and agents around one repository. */
export interface Town extends AsyncDisposable {
  readonly loop: EngineLoop;
  readonly standIn: GitHubStandIn;
  /** Lets time pass, and tells what was asked in it. */
  pass(ms: number): Promise<Asked>;
}

/** How a town is. */
export interface TownOptions {
  /** So many issues are open and worked on at any time. */
  readonly sessions: number;
  /** GitHub tells of changes; else it is polled. */
  readonly webhooks: boolean;
  /** Nobody reviews: everything waits. */
  readonly idle?: boolean;
}

/** Opens one: agents need 20 minutes, checks 5, reviewers 10 more; a merged task is followed by the next issue. */
export async function openTown({ sessions, webhooks, idle = false }: TownOptions): Promise<Town> {
  const clock = createFakeClock(Math.floor(Date.now() / 1000) * 1000);
  const standIn = await startGitHub({
    user: OWNER,
    people: { [ORCH]: "write", [REVIEWER]: "write" },
    repositories: [{ name: REPOSITORY }],
    clock: () => clock.now(),
  });
  const loop = await openLoop({
    standIn,
    clock,
    repository: REPOSITORY,
    owner: OWNER,
    parallel: sessions,
    workMs: 20 * MINUTE_MS,
    syncMs: webhooks ? 2 * MINUTE_MS : MINUTE_MS / 2,
    hinted: webhooks,
  });
  const people = peopleAround({ standIn, loop, sessions, idle });
  const hint = (hints: readonly ForgeHint[]): void => {
    if (webhooks) for (const one of hints) void loop.engine.look(one);
  };
  let heard = 0;
  return {
    loop,
    standIn,
    async pass(ms) {
      const from = standIn.requests().length;
      const before = people.merged();
      await loop.pass(ms, async () => {
        await people.live();
        // GitHub tells of what orch did itself as well.
        const fresh = standIn.requests().slice(heard);
        heard = standIn.requests().length;
        hint([...echoes(loop.forge, fresh), ...people.told()]);
      });
      return { ...askedIn(standIn.requests().slice(from)), merged: people.merged() - before };
    },
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await standIn[Symbol.asyncDispose]();
    },
  };
}

function askedIn(requests: readonly GitHubRequest[]): Omit<Asked, "merged"> {
  const own = requests.filter(({ who, path }) => who === ORCH && !path.includes(".git/"));
  const graph = own.filter(({ path }) => path.startsWith("/graphql"));
  const rest = own.filter((request) => !graph.includes(request));
  const reads = rest.filter(({ method }) => method === "GET");
  const unchanged = reads.filter(({ status }) => status === 304).length;
  return { unchanged, reads: reads.length - unchanged, writes: rest.length - reads.length, points: graph.length };
}

interface Around {
  readonly standIn: GitHubStandIn;
  readonly loop: EngineLoop;
  readonly sessions: number;
  readonly idle: boolean;
}

interface Waiting {
  readonly head: string;
  readonly since: number;
  isBuilt: boolean;
  isReviewed: boolean;
}

function peopleAround({ standIn, loop, sessions, idle }: Around): {
  live(): Promise<void>;
  told(): readonly ForgeHint[];
  merged(): number;
} {
  const { clock, forge, store } = loop;
  const pulls = new Map<number, Waiting>();
  let hints: ForgeHint[] = [];
  let [opened, merged] = [0, 0];

  async function ask(as: string, call: string, body: object): Promise<void> {
    const [method = "", path = ""] = call.split(" ");
    const headers = { authorization: `token ${standIn.tokenOf(as)}`, "content-type": "application/json" };
    const response = await fetch(`${standIn.url}/repos/${REPOSITORY}${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new TypeError(`${call}: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  }
  async function react(number: number, pull: Waiting): Promise<void> {
    const age = clock.now() - pull.since;
    if (!pull.isBuilt && age >= 5 * MINUTE_MS) {
      pull.isBuilt = true;
      await standIn.finishCi(REPOSITORY, pull.head, { job: "test", conclusion: "success" });
      hints.push({ project: forge.project, about: "commit", commit: pull.head as never });
    }
    if (idle || pull.isReviewed || age < 15 * MINUTE_MS) return;
    pull.isReviewed = true;
    await ask(REVIEWER, `POST /pulls/${number}/reviews`, { commit_id: pull.head, event: "APPROVE" });
    hints.push({ project: forge.project, about: "pull", number });
  }
  return {
    async live() {
      const tasks = await store.tasks({ project: forge.project, limit: 10_000 });
      for (const task of tasks) {
        if (task.status !== "in_review" || task.pull === undefined || pulls.has(task.pull.number)) continue;
        const { commit } = task.result;
        pulls.set(task.pull.number, { head: commit, since: clock.now(), isBuilt: false, isReviewed: false });
      }
      for (const [number, pull] of pulls) await react(number, pull);
      merged = tasks.filter(({ status }) => status === "done").length;
      for (; opened < sessions + merged; opened += 1) {
        await ask(OWNER, "POST /issues", { title: `Wish ${opened}`, body: "Please.", labels: ["orchestrate"] });
        hints.push({ project: forge.project, about: "issue", number: opened + 1 });
      }
    },
    told() {
      const fresh = hints;
      hints = [];
      return fresh;
    },
    merged: () => merged,
  };
}
