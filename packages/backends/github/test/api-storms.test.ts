import { isSettled, issueNumberOf, type Task } from "@orch/core";
import { createFakeClock } from "@orch/testing";
import { startGitHub, type Fault, type GitHubStandIn } from "@orch/testing/github";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { ORCH } from "./bench.ts";
import { openLoop, type EngineLoop } from "./engine-loop.ts";

const OWNER = "maker";
const REVIEWER = "rita";
const REPOSITORY = `${OWNER}/sample`;
const WISHES = ["One", "Two"];
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const SYNC_MS = 30 * SECOND_MS;
/** The longest that orch leaves a failing forge, or a failed effect, alone. */
const LONGEST_WAIT_MS = 5 * MINUTE_MS;
/** More of them: ORCH_STORMS=200 pnpm vitest run packages/backends/github api-storms */
const STORMS = Number(process.env["ORCH_STORMS"] ?? 5);

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ do: fc.constant("status"), status: fc.constantFrom(500, 502, 503, 504), after: fc.boolean() }),
  fc.record({ do: fc.constant("cut"), when: fc.constantFrom("before", "after") }),
  fc.record({
    do: fc.constant("secondary-limit"),
    retryAfterSeconds: fc.integer({ min: 1, max: 90 }),
    status: fc.constantFrom(403, 429),
  }),
  fc.record({ do: fc.constant("primary-limit"), resetInSeconds: fc.integer({ min: 1, max: 90 }) }),
  fc.record({ do: fc.constant("status"), status: fc.constant(401), after: fc.boolean() }),
  fc.record({ do: fc.constantFrom("truncate", "graph-error") }),
);
const storm = fc.record({
  /** What each request meets, over and over. */
  script: fc.array(fc.option(fault, { freq: 3, nil: undefined }), { minLength: 7, maxLength: 60 }),
  beginsMs: fc.integer({ min: 0, max: 3 * MINUTE_MS }),
  lastsMs: fc.integer({ min: MINUTE_MS, max: 5 * MINUTE_MS }),
});

test(
  `${STORMS} storms of failures, limits and cut connections: two looks after the last wait all is as it should be`,
  { timeout: 60_000 + STORMS * 30_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(storm, async ({ script, beginsMs, lastsMs }) => {
        await using place = await openPlace();
        const { loop, standIn } = place;
        await place.pass(beginsMs);
        let met = 0;
        standIn.faults.decide(({ path }) => {
          if (place.peopleAct || path.includes(".git/")) return undefined;
          met += 1;
          return script[met % script.length];
        });
        await place.pass(lastsMs);
        standIn.faults.clear();
        // Whoever was told to wait does so.
        await place.pass(Math.max(LONGEST_WAIT_MS, (loop.forge.budget().pausedUntil ?? 0) - loop.clock.now()));
        await place.pass(2 * SYNC_MS);
        expect(await place.faults()).toEqual([]);
        await place.pass(10 * MINUTE_MS);
        expect((await place.tasks()).map(({ status }) => status)).toEqual(WISHES.map(() => "done"));
        expect(await place.faults()).toEqual([]);
      }),
      { numRuns: STORMS, seed: 4, endOnFailure: true },
    );
  },
);

test.each([
  { what: "401 to everything", fault: { do: "status", status: 401 }, minutes: 120, begins: [55, 100], most: 140 },
  {
    what: "403 to everything, for want of single sign-on",
    fault: { do: "status", status: 403 },
    minutes: 120,
    begins: [55, 100],
    most: 280,
  },
  { what: "half of each answer", fault: { do: "truncate" }, minutes: 20, begins: [55], most: 100 },
  { what: "errors beside GraphQL's data", fault: { do: "graph-error" }, minutes: 10, begins: [55], most: 500 },
  { what: "no answer at all", fault: undefined, minutes: 60, begins: [55], most: 100 },
] as const)("a time of $what loses nothing", { timeout: 240_000 }, async ({ fault, minutes, begins, most }) => {
  for (const begin of begins) {
    await using place = await openPlace();
    await place.pass(begin * SECOND_MS);
    let asked = 0;
    place.hanging = fault === undefined;
    place.standIn.faults.decide(({ path }) => {
      if (place.peopleAct || path.includes(".git/")) return undefined;
      asked += 1;
      return fault;
    });
    await place.pass(minutes * MINUTE_MS);
    place.hanging = false;
    place.standIn.faults.clear();
    expect(asked).toBeLessThan(most);
    // What hangs is given up after half a minute, the look for the repository and what is asked of it, and waits from then on.
    await place.pass(LONGEST_WAIT_MS + 2 * MINUTE_MS + 2 * SYNC_MS);
    expect(await place.faults()).toEqual([]);
    await place.pass(10 * MINUTE_MS);
    expect((await place.tasks()).map(({ status }) => status)).toEqual(WISHES.map(() => "done"));
    expect(await place.faults()).toEqual([]);
  }
});

interface Place extends AsyncDisposable {
  readonly loop: EngineLoop;
  readonly standIn: GitHubStandIn;
  /** True while people ask GitHub something: storms spare them. */
  readonly peopleAct: boolean;
  /** While true, nothing that orch asks is answered. */
  hanging: boolean;
  pass(ms: number): Promise<void>;
  tasks(): Promise<readonly Task[]>;
  /** What GitHub shows otherwise than orch knows it, or twice. */
  faults(): Promise<readonly string[]>;
}

/** A repository with two wishes, whose pull requests are built and approved. */
async function openPlace(): Promise<Place> {
  const clock = createFakeClock(Math.floor(Date.now() / 1000) * 1000);
  const standIn = await startGitHub({
    user: OWNER,
    people: { [ORCH]: "write", [REVIEWER]: "write" },
    repositories: [{ name: REPOSITORY }],
    clock: () => clock.now(),
  });
  let hanging = false;
  const loop = await openLoop({
    hangs: () => hanging,
    standIn,
    clock,
    repository: REPOSITORY,
    owner: OWNER,
    parallel: 2,
    workMs: MINUTE_MS,
    syncMs: SYNC_MS,
  });
  const seen = new Map<number, number>();
  let peopleAct = false;

  async function ask<Answer>(as: string, call: string, body?: object): Promise<Answer> {
    const [method = "", path = ""] = call.split(" ");
    const headers = { authorization: `token ${standIn.tokenOf(as)}`, "content-type": "application/json" };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${standIn.url}/repos/${REPOSITORY}${path}`, { method, headers, ...sent });
    if (!response.ok) throw new TypeError(`${call}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
  async function live(): Promise<void> {
    if (seen.size === WISHES.length) return;
    for (const { number, head, state } of await ask<readonly PullRow[]>(OWNER, "GET /pulls?state=all")) {
      const since = seen.get(number) ?? clock.now();
      if (seen.has(number) || state !== "open") continue;
      seen.set(number, since);
      await standIn.finishCi(REPOSITORY, head.sha, { job: "test", conclusion: "success" });
      await ask(REVIEWER, `POST /pulls/${number}/reviews`, { commit_id: head.sha, event: "APPROVE" });
    }
  }
  async function asPeople(act: () => Promise<void>): Promise<void> {
    peopleAct = true;
    await act().finally(() => {
      peopleAct = false;
    });
  }
  const tasks = (): Promise<readonly Task[]> => loop.store.tasks({ project: loop.forge.project, limit: 100 });
  for (const title of WISHES) await ask(OWNER, "POST /issues", { title, body: "Please.", labels: ["orchestrate"] });
  let steps = 0;
  return {
    loop,
    standIn,
    tasks,
    get peopleAct() {
      return peopleAct;
    },
    get hanging() {
      return hanging;
    },
    set hanging(value) {
      hanging = value;
    },
    pass: (ms) =>
      loop.pass(ms, async () => {
        steps += 1;
        if (steps % 4 === 0) await asPeople(live);
      }),
    async faults() {
      const pulls = await ask<readonly PullRow[]>(OWNER, "GET /pulls?state=all&per_page=100");
      const all = await Promise.all(
        (await tasks()).map(async (task) => {
          const number = issueNumberOf(task) ?? 0;
          const issue = await ask<IssueRow>(OWNER, `GET /issues/${number}`);
          const comments = await ask<readonly { body: string }[]>(OWNER, `GET /issues/${number}/comments?per_page=100`);
          return [...shownWrongly(task, issue), ...twice(comments), ...pullFaults(task, pulls)];
        }),
      );
      return all.flat();
    },
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await standIn[Symbol.asyncDispose]();
    },
  };
}

interface PullRow {
  readonly number: number;
  readonly state: string;
  readonly merged_at: string | null;
  readonly head: { readonly sha: string; readonly ref: string };
}

interface IssueRow {
  readonly state: string;
  readonly labels: readonly { readonly name: string }[];
}

function shownWrongly(task: Task, { state, labels }: IssueRow): readonly string[] {
  const shown = labels.flatMap(({ name }) => (name.startsWith("status:") ? [name] : []));
  const wrong =
    shown.join() === `status:${task.status}` ? [] : [`${task.id} is ${task.status}, but shows ${shown.join()}`];
  return (state === "closed") === isSettled(task.status)
    ? wrong
    : [...wrong, `${task.id} is ${task.status}, its issue ${state}`];
}

function twice(comments: readonly { readonly body: string }[]): readonly string[] {
  const marks = comments.flatMap(({ body }) => /^<!-- orch:[^>]*-->/.exec(body)?.[0] ?? []);
  return marks.filter((mark, index) => marks.indexOf(mark) !== index).map((mark) => `twice: ${mark}`);
}

function pullFaults(task: Task, pulls: readonly PullRow[]): readonly string[] {
  const own = pulls.filter(({ head }) => head.ref === `gh-task-${task.id}`);
  if (own.length > 1) return [`${task.id} has ${own.length} pull requests`];
  const [pull] = own;
  if (task.status === "in_review") {
    return pull?.state === "open" && pull.head.sha === task.result.commit
      ? []
      : [`${task.id} has no open pull request`];
  }
  return task.status === "done" && pull?.merged_at === null ? [`${task.id} is done, but not merged`] : [];
}
