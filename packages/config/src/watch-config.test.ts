import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { unwrap, type OrchError } from "@orch/core";
import { createFakeClock, tempFolder, waitFor, type FakeClock } from "@orch/testing";
import { expect, onTestFinished, test } from "vitest";

import { loadConfig, type LoadedConfig } from "./load-config.ts";
import { watchConfig, type ConfigWatch } from "./watch-config.ts";

interface Watched {
  readonly home: string;
  readonly clock: FakeClock;
  readonly watch: ConfigWatch<LoadedConfig>;
  readonly changes: LoadedConfig[];
  readonly problems: OrchError[];
}

async function watched(folder?: string): Promise<Watched> {
  const home = folder ?? (await tempFolder("orch-watch"));
  const clock = createFakeClock();
  const changes: LoadedConfig[] = [];
  const problems: OrchError[] = [];
  const load = (): ReturnType<typeof loadConfig> => loadConfig({ home, env: {} });
  const watch = watchConfig({
    initial: unwrap(await load()),
    folders: () => [home],
    load,
    clock,
    onChange: (value) => void changes.push(value),
    onProblem: (error) => void problems.push(error),
  });
  onTestFinished(() => watch.close());
  return { home, clock, watch, changes, problems };
}

async function settle({ clock, watch }: Watched): Promise<void> {
  await waitFor("a change to be noticed", () => clock.pending > 0);
  await clock.advance(200);
  await watch.reload();
}

test("a changed file is taken up once its changes pause", async () => {
  const it = await watched();
  await it.clock.advance(200);
  await it.watch.reload();
  expect(it.changes).toEqual([]);
  await writeFile(join(it.home, "config.yml"), "engine: {max_parallel: 7}\n");
  await settle(it);
  expect(it.watch.current().config.engine.maxParallel).toBe(7);
  expect(it.changes).toHaveLength(1);
});

test("a broken file changes nothing, and a repaired one counts; editors may replace files", async () => {
  const it = await watched();
  const path = join(it.home, "config.yml");
  await writeFile(path, "engine: {max_parallel: 7}\n");
  await it.watch.reload();
  await writeFile(path, "engine: [\n");
  await it.watch.reload();
  expect(it.problems).toMatchObject([{ code: "config_invalid" }]);
  expect(it.watch.current().config.engine.maxParallel).toBe(7);
  await it.clock.advance(200);
  await writeFile(join(it.home, "config.yml.new"), "engine: {max_parallel: 8}\n");
  await rename(join(it.home, "config.yml.new"), path);
  await settle(it);
  expect(it.watch.current().config.engine.maxParallel).toBe(8);
  expect(it.changes.map(({ config }) => config.engine.maxParallel)).toEqual([7, 8]);
});

test("a folder that is not there is told, and a closed watch is silent", async () => {
  const parent = await tempFolder("orch-watch");
  const it = await watched(join(parent, "absent"));
  expect(it.problems).toMatchObject([{ code: "config_unreadable" }]);
  it.watch.close();
  it.watch.close();
  await mkdir(it.home);
  await writeFile(join(it.home, "config.yml"), "engine: {max_parallel: 7}\n");
  await it.watch.reload();
  expect(it.clock.pending).toBe(0);
  expect(it.changes).toEqual([]);
});
