import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { connect, socketPathOf, type Client } from "@orch/api";

import { cleanEnvironment } from "./env.ts";
import { git, programs, startNode, until, type Place } from "./programs.ts";

/** A daemon of its own, as built, with a repository. */
export interface BenchDaemon extends AsyncDisposable {
  readonly pid: number;
  readonly client: Client;
  /** Inside the repository, with the daemon's home. */
  readonly place: Place;
}

/** Starts a daemon below a folder. Its one agent sleeps for a minute. */
export async function startDaemon(folder: string): Promise<BenchDaemon> {
  const home = join(folder, "home");
  const cwd = join(folder, "repository");
  await mkdir(home, { recursive: true, mode: 0o700 });
  await mkdir(cwd);
  await writeFile(join(home, "config.yml"), CONFIGURATION);
  git(cwd, "init", "--quiet", "--initial-branch=main");
  git(cwd, "commit", "--quiet", "--allow-empty", "-m", "first");
  const place = { cwd, env: cleanEnvironment(home) };
  const daemon = startNode(programs.daemon, place);
  const client = connect({ socketPath: socketPathOf(home), actor: "bench" });
  await until("the daemon", () =>
    client.health().then(
      () => true,
      () => false,
    ),
  );
  await client.call("project add", { path: cwd });
  return { pid: daemon.pid, client, place, [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose]() };
}

const CONFIGURATION = `
engine:
  max_parallel: 20
sandbox:
  mode: none
agents:
  sleeper:
    driver: command
    command: [sleep, "60"]
`;
