import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { connect, socketPathOf, type Client, type CommandResults } from "@orch/api";

import { cleanEnvironment } from "./env.ts";
import { git, programs, startNode, until, type Place } from "./programs.ts";

/** A daemon of its own, as built, with a repository. */
export interface BenchDaemon extends AsyncDisposable {
  readonly pid: number;
  readonly client: Client;
  readonly socketPath: string;
  /** Inside the repository, with the daemon's home. */
  readonly place: Place;
}

/** A session as the daemon shows it. */
export type LiveSession = CommandResults["task live"]["sessions"][number];

/** An agent that does nothing for a minute. */
const SLEEPER: readonly string[] = ["sleep", "60"];

/** How a measured daemon differs from others. */
export interface BenchDaemonOptions {
  /** What its one agent runs. */
  readonly command?: readonly string[];
  /** So many agents run at once. */
  readonly parallel?: number;
  /** More of its global configuration. */
  readonly config?: Readonly<Record<string, object>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Fills the repository, instead of one empty commit. */
  readonly fill?: (repository: string) => Promise<void>;
}

/** Starts a daemon below a folder, and registers a repository of its own. */
export async function startDaemon(
  folder: string,
  { command = SLEEPER, parallel = 20, config = {}, env = {}, fill }: BenchDaemonOptions = {},
): Promise<BenchDaemon> {
  const home = join(folder, "home");
  const cwd = join(folder, "repository");
  await mkdir(home, { recursive: true, mode: 0o700 });
  await mkdir(cwd);
  await writeFile(join(home, "config.yml"), JSON.stringify({ ...configuration(command, parallel), ...config }), {
    mode: 0o600,
  });
  git(cwd, "init", "--quiet", "--initial-branch=main");
  if (fill === undefined) git(cwd, "commit", "--quiet", "--allow-empty", "-m", "first");
  else await fill(cwd);
  const place = { cwd, env: { ...cleanEnvironment(home), ...env } };
  const daemon = startNode(programs.daemon, place);
  const socketPath = socketPathOf(home);
  const client = connect({ socketPath, actor: "bench" });
  await until("the daemon", () =>
    client.health().then(
      () => true,
      () => false,
    ),
  );
  await client.call("project add", { path: cwd });
  return { pid: daemon.pid, client, socketPath, place, [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose]() };
}

/** Starts so many agents, and gives their sessions once all run. */
export async function startAgents({ client, place }: BenchDaemon, count: number): Promise<readonly LiveSession[]> {
  for (let number = 1; number <= count; number += 1) {
    await client.call("task add", { title: `Task ${number}`, folder: place.cwd });
  }
  return until(`${count} running agents`, async () => {
    const { sessions } = await client.call("task live", { folder: place.cwd });
    return sessions.length === count ? sessions : undefined;
  });
}

/** Ends the agents that `startAgents` started. */
export async function stopAgents({ client, place }: BenchDaemon, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    await client.call("task cancel", { task: `int-${number}`, folder: place.cwd });
  }
  await until("the end of all agents", async () => {
    const { sessions } = await client.call("task live", { folder: place.cwd });
    return sessions.length === 0;
  });
}

function configuration(command: readonly string[], parallel: number): Readonly<Record<string, object>> {
  return {
    engine: { max_parallel: parallel },
    sandbox: { mode: "none" },
    agents: { bench: { driver: "command", command } },
  };
}
