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

/** Starts a daemon below a folder. Its one agent is `command`, and runs up to `parallel` times at once. */
export async function startDaemon(
  folder: string,
  { command = SLEEPER, parallel = 20 }: { readonly command?: readonly string[]; readonly parallel?: number } = {},
): Promise<BenchDaemon> {
  const home = join(folder, "home");
  const cwd = join(folder, "repository");
  await mkdir(home, { recursive: true, mode: 0o700 });
  await mkdir(cwd);
  await writeFile(join(home, "config.yml"), configuration(command, parallel));
  git(cwd, "init", "--quiet", "--initial-branch=main");
  git(cwd, "commit", "--quiet", "--allow-empty", "-m", "first");
  const place = { cwd, env: cleanEnvironment(home) };
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

function configuration(command: readonly string[], parallel: number): string {
  return JSON.stringify({
    engine: { max_parallel: parallel },
    sandbox: { mode: "none" },
    agents: { bench: { driver: "command", command } },
  });
}
