import { spawnSync } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";

import { systemClock } from "@orch/core";
import { tempFolder, waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openStore } from "../src/index.ts";
import { countedTask, countingUnit } from "./counting-unit.ts";
import { startProgram, type RunningProgram } from "./start-program.ts";

const LONG_MS = 120_000;

/** Lets programs that wait for the end of their input begin at the same moment, and waits for their ends. */
async function startTogether(programs: readonly RunningProgram[]): Promise<void> {
  await waitFor("all programs to be ready", () => programs.every(({ lines }) => lines.includes("ready")));
  for (const { child } of programs) child.stdin?.end();
  await Promise.all(programs.map(({ ended }) => ended));
}

test("two processes that claim 2,000 jobs claim each once", { timeout: LONG_MS }, async () => {
  const path = join(await tempFolder(), "orch.db");
  await using store = await openStore({ path, clock: systemClock });
  const enqueue = Array.from({ length: 2000 }, (_, index) => countingUnit(index + 1).enqueue ?? []).flat();
  await store.commit({ enqueue });

  const racers = ["left", "right"].map((host) => startProgram("claim-all", [path, host]));
  await startTogether(racers);

  const [left = [], right = []] = racers.map(({ lines }) => lines.slice(1));
  expect(left.length).toBeGreaterThan(0);
  expect(right.length).toBeGreaterThan(0);
  const expected = enqueue.map(({ key }) => `done ${key} 1`);
  expect([...left, ...right].toSorted()).toEqual(expected.toSorted());
  expect(await store.jobs({ states: ["done"], limit: 5000 })).toHaveLength(2000);
});

test("what was acknowledged survives 20 kills, and no unit is kept in part", { timeout: LONG_MS }, async () => {
  const path = join(await tempFolder(), "orch.db");
  let first = 1;
  for (let round = 0; round < 20; round += 1) {
    const victim = startProgram("commit-forever", [path, String(first)], {
      // Another moment each time: the kill meets whatever the victim does right after this acknowledgement.
      onLine: (line) => void (Number(line) === first + round * 3 && victim.child.kill("SIGKILL")),
    });
    await victim.ended;
    const acknowledged = Number(victim.lines.at(-1));
    expect(victim.lines.join(" ")).not.toContain("refused");
    expect(acknowledged).toBeGreaterThanOrEqual(first + round * 3);

    await using store = await openStore({ path, clock: systemClock });
    const reached = Number(await store.cursor("count"));
    expect(reached - acknowledged).toBeOneOf([0, 1]);
    expect((await store.task(countedTask))?.version).toBe(reached);
    const events = await store.events({ after: 0, limit: 10_000 });
    expect(events.map(({ key }) => key)).toEqual(Array.from({ length: reached }, (_, index) => `event ${index + 1}`));
    expect(await store.jobs({ states: ["queued"], limit: 10_000 })).toHaveLength(reached);
    first = reached + 1;
  }
});

test("processes that create the same databases at once all succeed", { timeout: LONG_MS }, async () => {
  const folder = await tempFolder();
  const paths = Array.from({ length: 40 }, (_, index) => join(folder, `new ${index}`, "orch.db"));
  const openers = Array.from({ length: 5 }, () => startProgram("open-each", paths));
  await startTogether(openers);
  const expected = paths.map(() => "opened");
  for (const { lines } of openers) expect(lines).toEqual(["ready", ...expected]);
});

test("a folder that can't be written is said to be so", { timeout: LONG_MS }, async () => {
  const folder = await tempFolder();
  await chmod(folder, 0o555);
  // The superuser may write anywhere, so that the program has to be somebody else.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
  const opener = startProgram("open-each", [join(folder, "orch.db")], nobody);
  await startTogether([opener]);
  expect(opener.lines).toEqual(["ready", expect.stringMatching(/^home_unusable: .*ORCH_HOME/)]);
});

test("a full disk refuses one unit, loses nothing, and goes on when there is room", { timeout: LONG_MS }, async () => {
  const folder = await tempFolder();
  const namespaces = ["unshare", "--user", "--map-root-user", "--mount"];
  const [unshare = "", ...flags] = namespaces;
  const probe = spawnSync(unshare, [...flags, "mount", "-t", "tmpfs", "tmpfs", folder]);
  // Where no disk can be made, SQLite's own page limit stands in for one.
  const real = probe.status === 0;
  const program = startProgram("fill-disk", [folder, real ? "tmpfs" : "pages"], real ? { under: namespaces } : {});
  await program.ended;
  expect(program.lines.map((line): unknown => JSON.parse(line))).toEqual([
    { refusal: "disk_full", committed: true, lost: 0, goesOn: true },
  ]);
});
