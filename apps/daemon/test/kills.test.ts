import type { Task } from "@orch/core";
import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { leftoversIn, processesOf, supervisorsOf } from "./kills/census.ts";
import type { DaemonProcess } from "./kills/daemon-process.ts";
import { figuresOf, resumeTimes, type History, type Kill } from "./kills/history.ts";
import { seededRandom } from "./kills/random.ts";
import { createWorld, eventsOf, kill, passesCheck, type World } from "./kills/world.ts";

/** The whole figure is 30; a fresh clone has other kills to see, of GitHub's effects and with real agents. */
const KILLS = Number(process.env["ORCH_KILLS"] ?? 6);
const TASKS = Math.min(KILLS, 10);
const SEED = Number(process.env["ORCH_KILLS_SEED"] ?? 1);
/** The hand-over test does the same with more sessions at work. */
const ROUNDS = Math.ceil(KILLS / 5);
const TIMEOUT = 150_000 + KILLS * 5_000;

test("a daemon that is killed again and again loses nothing and does nothing twice", { timeout: TIMEOUT }, async () => {
  await using world = await createWorld(TASKS);
  const random = seededRandom(SEED);
  const kills: Kill[] = [];
  const adoptions: number[] = [];
  while (kills.length < KILLS) {
    // One in five dies while it starts.
    const starting = random.between(0, 5) < 1;
    if (!starting) await world.daemon.ready();
    await pause(random.between(0, starting ? 800 : 1_500));
    kills.push({ at: Date.now() });
    const { daemon } = world;
    await daemon.end("SIGKILL");
    adoptions.push(...adoptionTime(daemon));
    world.restart();
  }
  await world.daemon.ready();
  adoptions.push(...adoptionTime(world.daemon));
  const history = await world.finish();
  report("daemon", { history, kills, adoptions });
  await expectAllWell(world, history);
});

test("supervisors that are killed again and again cost at most attempts", { timeout: TIMEOUT }, async () => {
  await using world = await createWorld(TASKS);
  const random = seededRandom(SEED + 1000);
  const kills: Kill[] = [];
  while (kills.length < KILLS && !(await world.settled())) {
    await pause(random.between(50, 900));
    const victim = random.pick(supervisorsOf(world.home));
    if (victim === undefined) continue;
    if (kill(victim.pid)) kills.push({ at: Date.now(), folder: victim.folder });
  }
  const history = await world.finish();
  report("supervisor", { history, kills, adoptions: [] });
  await expectAllWell(world, history);
});

test("a daemon that is ended in order leaves its sessions to the next one", { timeout: TIMEOUT }, async () => {
  await using world = await createWorld(TASKS);
  const random = seededRandom(SEED + 2000);
  const kills: Kill[] = [];
  const adoptions: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await world.daemon.ready();
    await waitFor("a session", () => supervisorsOf(world.home).length > 0);
    await pause(random.between(0, 1_500));
    kills.push({ at: Date.now() });
    const { daemon } = world;
    expect(await daemon.end("SIGTERM")).toBe(0);
    adoptions.push(...adoptionTime(daemon));
    world.restart();
  }
  const history = await world.finish();
  report("SIGTERM", { history, kills, adoptions });
  await expectAllWell(world, history);
  expect(history.attempts).toHaveLength(TASKS);
});

async function expectAllWell(world: World, history: History): Promise<void> {
  const { home, repository } = world;
  expect(history.tasks.map(ending)).toEqual(history.tasks.map(({ id }) => `${id} done: merged`));
  expect(history.openJobs).toEqual([]);
  for (const task of history.tasks) expectOneEnd(history, task);
  const branches = (await repository.git("for-each-ref", "--format=%(refname:short)", "refs/heads")).split("\n");
  expect(branches.toSorted()).toEqual([...history.tasks.map(({ branch }) => branch ?? ""), "main"].toSorted());
  for (const { id, branch = "" } of history.tasks) {
    expect([id, await passesCheck(repository, { branch, id })]).toEqual([id, true]);
    await repository.git("merge-base", "--is-ancestor", branch, "main");
    const merges = await repository.git("rev-list", "--merges", "--count", `--grep=#${id}$`, "main");
    expect(Number(merges)).toBeLessThanOrEqual(1);
  }
  expect(await repository.git("status", "--porcelain")).toBe("");
  expect(processesOf(home)).toEqual([]);
  expect(await leftoversIn(home)).toEqual([]);
  expect((await leftoversIn(repository.path)).filter((path) => path.startsWith(".git/"))).toEqual([]);
}

/** A task ends once: one pass, one merge, each attempt begun and ended once. */
function expectOneEnd(history: History, task: Task): void {
  const events = eventsOf(history, task).map(({ event }) => event);
  const passes = events.filter((event) => event.type === "attempt:finished" && event.verdict.kind === "pass");
  expect(passes).toHaveLength(1);
  expect(events.filter(({ type }) => type === "result:merged")).toHaveLength(1);
  expect(events.at(-1)?.type).toBe("result:merged");
  const numbers = (type: string): readonly number[] =>
    events.flatMap((event) => (event.type === type && "attempt" in event ? [event.attempt] : []));
  const expected = Array.from({ length: task.lastAttempt }, (_, index) => index + 1);
  expect(numbers("attempt:started")).toEqual(expected);
  expect(numbers("attempt:finished")).toEqual(expected);
  const published = history.steps.filter((step) => step.id === task.id && step.step === "publish");
  expect(published).toHaveLength(1);
}

function ending(task: Task): string {
  if (task.status === "done") return `${task.id} done: ${task.outcome.kind}`;
  return `${task.id} ${task.status}${"detail" in task ? `: ${task.detail}` : ""}`;
}

/** From the start of a daemon to its taking over of what an earlier one had begun. */
function adoptionTime(daemon: DaemonProcess): readonly number[] {
  const at = daemon.said("took over from an earlier process");
  return at === undefined ? [] : [at - daemon.spawnedAt];
}

function report(
  what: string,
  found: { readonly history: History; readonly kills: readonly Kill[]; readonly adoptions: readonly number[] },
): void {
  const { history, kills } = found;
  const verdicts = history.events.flatMap(({ event }) =>
    event.type === "attempt:finished" ? [event.verdict.kind === "pass" ? "pass" : event.verdict.reason] : [],
  );
  const open = kills.filter(({ at }) => history.events.some((event) => event.at > at)).length;
  const figures = {
    seed: SEED,
    kills: kills.length,
    whileWorkWasOpen: open,
    tasks: history.tasks.length,
    verdicts: Object.fromEntries([...Map.groupBy(verdicts, (name) => name)].map(([name, all]) => [name, all.length])),
    adoptedMs: figuresOf(found.adoptions.toSorted((left, right) => left - right)),
    resumedMs: figuresOf(resumeTimes(history, kills)),
  };
  process.stdout.write(`kills of ${what}: ${JSON.stringify(figures)}\n`);
}

async function pause(ms: number): Promise<void> {
  const end = performance.now() + ms;
  await waitFor("the moment", () => performance.now() >= end);
}
