/** Earlier conversations, out of folders that their agents could write (SECURITY T19). */
import { mkdir, readdir, rename, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { AgentDriver, Result } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { beforeEach, describe, expect, it } from "vitest";

import { createDrivers } from "../src/index.ts";

const drivers = createDrivers({ path: [], home: "/nonexistent" });
const session = "0a1b";

/** For each driver, the file that holds the conversation. */
const conversations = {
  claude: `claude-home/projects/-clone/${session}.jsonl`,
  codex: `codex-home/sessions/2026/11/27/rollout-2026-${session}.jsonl`,
  opencode: "opencode-home/data/opencode/opencode.db",
  acp: "home/.agent/conversations.json",
} as const;
const cases = Object.entries(conversations).map(([name, file]) => ({ name, file, driver: driverCalled(name) }));
/** Those whose conversations are known by the names of their files. */
const named = cases.filter(({ name }) => name !== "acp");
/** Every driver with each folder on the way to its conversation, and each that ends there. */
const ways = cases.flatMap(({ name, file, driver }) =>
  foldersOf(file).map((component) => ({ name, file, driver, component })),
);

const place = { past: "", next: "", person: "" };

beforeEach(async () => {
  const root = await tempFolder("bring");
  Object.assign(place, { past: join(root, "1"), next: join(root, "2"), person: join(root, "person") });
  for (const folder of Object.values(place)) await mkdir(folder);
});

function driverCalled(name: string): AgentDriver {
  const driver = drivers[name];
  return driver ?? expect.fail(`there is no driver ${name}`);
}

function foldersOf(file: string): readonly string[] {
  const names = dirname(file).split("/");
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

async function lay(root: string, file: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), "said");
}

async function bring(driver: AgentDriver): Promise<Result<void, string> | undefined> {
  return driver.bringConversation?.({ past: { session, folder: place.past }, folder: place.next });
}

/** The files of the run that goes on. */
async function brought(): Promise<readonly string[]> {
  const entries = await readdir(place.next, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}

describe.each(cases)("a conversation of $name", ({ file, driver }) => {
  it("is brought, without the links beside it", async () => {
    await lay(place.past, file);
    await writeFile(join(place.person, "key"), "private");
    await symlink(join(place.person, "key"), join(dirname(join(place.past, file)), `link-${session}.jsonl`));
    expect(await bring(driver)).toMatchObject({ ok: true });
    expect(await brought()).toEqual([file.split("/").at(-1)]);
  });

  it("does not go on where it is larger than the bound", async () => {
    await lay(place.past, file);
    await truncate(join(place.past, file), 600 * 1024 * 1024);
    expect(await bring(driver)).toEqual({
      ok: false,
      error: "the earlier conversation is larger than 512 MiB or 20000 files",
    });
    expect(await brought()).toEqual([]);
  });

  it("does not go on where it is gone", async () => {
    expect(await bring(driver)).toEqual({ ok: false, error: "the earlier conversation is not there any more" });
  });
});

it.each(named)("a conversation of $name does not go on where a link is in its place", async ({ file, driver }) => {
  await lay(place.past, file);
  await rename(join(place.past, file), join(place.person, "moved"));
  await symlink(join(place.person, "moved"), join(place.past, file));
  expect(await bring(driver)).toEqual({ ok: false, error: "the earlier conversation is not there any more" });
  expect(await brought()).toEqual([]);
});

it.each(ways)("nothing of a person's is read where $name finds a link at $component", async (way) => {
  await lay(place.past, way.file);
  await rename(join(place.past, way.component), join(place.person, "folder"));
  await symlink(join(place.person, "folder"), join(place.past, way.component));
  const result = await bring(way.driver);
  expect(await brought()).toEqual([]);
  // A home of any program's may hold links; what lies behind them is not brought.
  expect(result?.ok).toBe(way.name === "acp" && way.component !== "home");
});
