import { spawn } from "node:child_process";
import { access, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { connect, socketPathOf, type Client, type CommandResults } from "@orch/api";
import { errorSchema, resultSchemas } from "@orch/api/schemas";
import { systemClock } from "@orch/core";
import { checkSandboxes } from "@orch/sessions";
import { gitEnvironment, repositoryAt, waitFor, type TestRepository } from "@orch/testing";

import { openBenches } from "./open-benches.ts";

/** The entry point of the command line, as built. */
export const MAIN = join(import.meta.dirname, "..", "dist", "main.mjs");
const FIXTURES = join(import.meta.dirname, "fixtures");
const MISBEHAVING = join(import.meta.dirname, "../../../packages/agents/test/fixtures/misbehaving");
const PATIENCE_MS = 60_000;
/** All benches run the same programs, and need not compile them each. */
const compiled = { NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "" };

/** True where agents can be confined; elsewhere the benches switch the sandbox off. */
export const confining = (await checkSandboxes()).bwrap.works;

/** How a run of the command line ended. */
export interface OrchEnd {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A run of the command line that may still go on. */
export interface OrchProcess {
  readonly end: Promise<OrchEnd>;
  /** Waits until standard output or error holds this. */
  printed(text: string): Promise<void>;
  send(signal: NodeJS.Signals): void;
}

/** What differs from the bench's own folder, environment and user. */
export interface OrchPlace {
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** A user without rights, where the test runs as root. */
  readonly uid?: number;
}

type Verb = keyof CommandResults;
type Task = CommandResults["task get"]["task"];

/**
 * A whole orch of its own: home, repository and command line, all below one short-named folder. Disposing ends the
 * daemon and removes everything; it rejects when a process of this orch is left.
 */
export interface OrchBench extends AsyncDisposable {
  readonly root: string;
  readonly home: string;
  readonly repository: TestRepository;
  /** A client without a process of its own. */
  readonly client: Client;
  start(args: readonly string[], place?: OrchPlace): OrchProcess;
  orch(args: readonly string[], place?: OrchPlace): Promise<OrchEnd>;
  /** The document of a verb that succeeds, held to its schema. */
  result<Name extends Verb>(name: Name, args?: readonly string[], place?: OrchPlace): Promise<CommandResults[Name]>;
  /** The error of a verb that fails, and the exit code. */
  failure(args: readonly string[], place?: OrchPlace): Promise<OrchFailure>;
  /** Starts `orch serve` and waits until it answers. */
  serve(place?: OrchPlace): Promise<OrchProcess>;
  /** Waits until a task has one of these statuses. */
  reaches(task: string, ...statuses: readonly Task["status"][]): Promise<CommandResults["task get"]>;
  /** How many agents are at work. */
  sessions(): Promise<number>;
  /** Command lines of processes that name `text` (this bench's folder) in their arguments or environment. */
  processes(text?: string): Promise<readonly string[]>;
}

/** An error document with the exit code that it came with. */
export interface OrchFailure {
  readonly exit: number | null;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** An agent that runs a program of `fixtures`. */
export function fixtureAgent(name: string, ...args: readonly string[]): object {
  return { driver: "command", command: [process.execPath, join(FIXTURES, `${name}.mjs`), ...args] };
}

/** An agent that misbehaves, as packages/agents keeps them. */
export function misbehavingAgent(name: string, ...args: readonly string[]): object {
  return { driver: "command", command: [process.execPath, join(MISBEHAVING, `${name}.mjs`), ...args] };
}

/** Opens a bench. `config` is the global configuration; `files` the repository's first commit, none: no commit. */
export async function openOrchBench({
  config = {},
  files = { "README.md": "# sample\n" },
}: {
  readonly config?: object;
  readonly files?: Readonly<Record<string, string>> | null;
}): Promise<OrchBench> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "oj-")));
  const [home, person, site] = [join(root, "h"), join(root, "person"), join(root, "site")];
  for (const folder of [home, person, site]) await mkdir(folder);
  // JSON is YAML. Where no sandbox works, nothing would run without saying so.
  const sandbox = confining ? {} : { sandbox: { mode: "none" } };
  await writeFile(join(home, "config.yml"), JSON.stringify({ ...sandbox, ...config }), { mode: 0o600 });
  const repository = repositoryAt(site);
  await repository.git("init", "--quiet", "--initial-branch=main");
  await repository.git("config", "user.name", "Tester");
  await repository.git("config", "user.email", "tester@example.com");
  if (files !== null) await repository.commit("first", files);

  function start(args: readonly string[], place: OrchPlace = {}): OrchProcess {
    const { folder = site, env = {}, input = "", uid } = place;
    return startProcess(args, {
      cwd: folder,
      env: { ...gitEnvironment(), ...compiled, HOME: person, ORCH_HOME: home, ...env },
      input,
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
  }
  // Waiting by processes of the command line would slow down what it waits for.
  const client = connect({ socketPath: socketPathOf(home), actor: "test", clock: systemClock });
  const orch = (args: readonly string[], place?: OrchPlace): Promise<OrchEnd> => start(args, place).end;

  const bench: OrchBench = {
    root,
    home,
    repository,
    client,
    start,
    orch,
    async result(name, args = [], place) {
      const { code, out, err } = await orch(["--json", ...name.split(" "), ...args], place);
      if (out === "") throw new Error(`orch ${name} ${args.join(" ")} exits with ${code}: ${err}`);
      return resultSchemas[name].parse(JSON.parse(out)) as CommandResults[typeof name];
    },
    async failure(args, place) {
      const { code, out, err } = await orch(["--json", ...args], place);
      if (out !== "") throw new Error(`orch ${args.join(" ").slice(0, 200)} succeeds: ${out}`);
      const { error } = errorSchema.parse(JSON.parse(err));
      return { exit: code, code: error.code, message: error.message, hint: error.hint ?? "" };
    },
    async serve(place) {
      const daemon = start(["serve"], place);
      await daemon.printed("serves on");
      return daemon;
    },
    reaches(task, ...statuses) {
      return waitFor(
        `${task} to be ${statuses.join(" or ")}`,
        async () => {
          const whole = await client.call("task get", { task, project: "local/site" });
          return statuses.includes(whole.task.status) && whole;
        },
        PATIENCE_MS,
      );
    },
    sessions: async () => (await client.call("task live", {})).sessions.length,
    processes: (text = root) => processesNaming(text),
    async [Symbol.asyncDispose]() {
      openBenches.delete(bench);
      await endAll(bench);
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  openBenches.add(bench);
  return bench;
}

function startProcess(
  args: readonly string[],
  { input, ...options }: { cwd: string; env: NodeJS.ProcessEnv; input: string; uid?: number; gid?: number },
): OrchProcess {
  const child = spawn(process.execPath, [MAIN, ...args], options);
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return {
    end: closed.then((code) => ({ code, out, err })),
    async printed(text) {
      const said = (): string => `${text} in the output of orch ${args.join(" ")}:\n${out}${err}`;
      const seen = (): boolean => (out + err).includes(text);
      await waitFor(text, () => seen() || child.exitCode !== null, PATIENCE_MS).catch(() => undefined);
      if (!seen()) throw new Error(`waited in vain for ${said()}`);
    },
    send: (signal) => void child.kill(signal),
  };
}

/** Ends sessions and daemon in order; what is left then is killed, and told as an error. */
async function endAll(bench: OrchBench): Promise<void> {
  const { root, home } = bench;
  const socket = join(home, "run", "orch.sock");
  if (await exists(socket)) {
    const live = await bench.client.call("task live", {}).catch(() => ({ sessions: [] }));
    for (const { task } of live.sessions) await bench.orch(["task", "kill", task], { folder: root });
    await bench.orch(["stop"], { folder: root });
  }
  const left = await waitFor("processes to end", async () => (await processesNaming(root)).length === 0, 15_000).then(
    () => [],
    () => processesNaming(root),
  );
  for (const line of left) process.kill(Number(line.split(" ", 1)[0]), "SIGKILL");
  if (left.length === 0) return;
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
  throw new Error(`processes are left:\n${left.join("\n")}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function processesNaming(text: string): Promise<readonly string[]> {
  const ids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const texts = await Promise.all(
        ["cmdline", "environ"].map((name) => readFile(`/proc/${id}/${name}`, "utf8").catch(() => "")),
      );
      return texts.some((part) => part.includes(text)) ? [`${id} ${(texts[0] ?? "").replaceAll("\0", " ")}`] : [];
    }),
  );
  return found.flat();
}

/** Waits until no process of this task is left; `project` is the bench's own folder unless told otherwise. */
export async function noProcessOf(bench: OrchBench, task: string, project = "local/site"): Promise<void> {
  const folder = `${bench.home}/state/${project}/tasks/${task}/`;
  // The server of tmux keeps the command line of its first session for its whole life.
  const isTmuxServer = (line: string): boolean => / tmux .* start-server /.test(line);
  const isOver = async (): Promise<boolean> => (await bench.processes(folder)).every(isTmuxServer);
  await waitFor(`the processes of ${task} to end`, isOver);
}

/** What of the processes of this machine, other than this one, shows a text: files of `/proc`. */
export async function processesShowing(text: string): Promise<readonly string[]> {
  const found = await processesNaming(text);
  return found.filter((line) => !line.startsWith(`${process.pid} `));
}
