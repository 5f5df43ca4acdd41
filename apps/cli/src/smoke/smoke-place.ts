import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { agentKeysOf, findProjectFile, homePaths } from "@orch/config";
import { orchError, systemRandom, unwrap } from "@orch/core";

import { daemonEnvironment } from "../env.ts";
import { git } from "../git.ts";
import type { Host } from "../host.ts";

const NONCE_BYTES = 24;
/** More agents than that wait for their turn. */
const MOST_AT_ONCE = 8;

/** What a person may say about how agents work; the limits of a trial are its own. */
const KEPT_WORKFLOW = [
  "permissions",
  "allowed_tools",
  "disallowed_tools",
  "allow_agent_push",
  "max_output_bytes",
  "max_memory_mb",
  "max_processes",
  "max_file_mb",
  "nudge_percent",
  "permission_seconds",
];

/** What each agent may use up. */
export interface SmokeLimits {
  readonly seconds: number;
  readonly costUsd: number;
}

/** The job that every agent gets: an edit that needs the output of a command which nobody can guess. */
export const smokeTask = {
  title: "Put the hash of proof.txt into answer.txt",
  body: [
    "The root of this repository holds two files. Do exactly this, and nothing else:",
    "",
    "1. Run `git hash-object proof.txt`.",
    "2. In answer.txt, put the 40 characters that it prints in place of the word UNKNOWN.",
    "",
    "Then report that it is done.",
  ].join("\n"),
} as const;

/** The file with the answer. */
export const ANSWER_FILE = "answer.txt";

/** A throw-away folder with a home of orch and a repository. Disposing removes all of it. */
export interface SmokePlace extends AsyncDisposable {
  readonly root: string;
  readonly home: string;
  readonly repository: string;
  /** What `answer.txt` has to hold. */
  readonly answer: string;
}

/**
 * Makes the place, with the agents, models and sandbox of the person's configuration. Throws `config_invalid`,
 * `tool_missing` without git, `home_unusable` where nothing can be written.
 */
export async function makeSmokePlace(host: Host, limits: SmokeLimits): Promise<SmokePlace> {
  const own = await configurations(host, limits);
  const root = await mkdtemp(join(tmpdir(), "orch-"))
    .then((path) => realpath(path))
    .catch((cause: unknown) => {
      throw orchError("home_unusable", `nothing can be written to ${tmpdir()}`, {
        hint: "Make it writable, or set TMPDIR to a folder with a short path.",
        cause,
      });
    });
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true, maxRetries: 5 });
  try {
    const [home, repository] = [join(root, "home"), join(root, "smoke")];
    await mkdir(home, { mode: 0o700 });
    await writeFile(homePaths(home).config, own.global, { mode: 0o600 });
    await mkdir(repository);
    const hash = await fill(repository, own.project);
    return { root, home, repository, answer: `hash: ${hash}`, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Makes the repository's one commit; gives the hash that is asked for. */
async function fill(repository: string, configuration: string): Promise<string> {
  const proof = `${systemRandom.token(NONCE_BYTES)}\n`;
  await writeFile(join(repository, "proof.txt"), proof);
  await writeFile(join(repository, ANSWER_FILE), "hash: UNKNOWN\n");
  await writeFile(join(repository, ".orch.yml"), configuration);
  await git(repository, "init", "--quiet", "--initial-branch=main");
  await git(repository, "config", "user.name", "orch doctor");
  await git(repository, "config", "user.email", "doctor@example.com");
  await git(repository, "add", "--all");
  await git(repository, "commit", "--quiet", "-m", "Ask for the hash of a file");
  return git(repository, "hash-object", "proof.txt");
}

/** Both files, as JSON, which is YAML. Keys stay where they are: variables are named, not written out. */
async function configurations(
  host: Host,
  limits: SmokeLimits,
): Promise<{ readonly global: string; readonly project: string }> {
  const env = daemonEnvironment(host.home);
  const globalPath = homePaths(host.home).config;
  const projectPath = await findProjectFile(host.folder);
  const own = unwrap(agentKeysOf({ path: globalPath, kind: "global", text: await textOf(globalPath), env }));
  const project =
    projectPath === undefined
      ? {}
      : unwrap(agentKeysOf({ path: projectPath, kind: "project", text: await textOf(projectPath), env }));
  const { pricing } = own;
  const global = {
    ...own,
    engine: { max_parallel: MOST_AT_ONCE },
    workflow: workflowOf(own, limits),
    budgets: { task: { usd: limits.costUsd } },
    // A model without a price is held by time and tokens alone, where the person has not said more.
    pricing: { fallback: { input: 0, output: 0 }, ...(typeof pricing === "object" ? pricing : {}) },
  };
  const check = ["git", "grep", "--quiet", "-E", "^hash: [0-9a-f]{40}$", "--", ANSWER_FILE];
  const checked = { ...project, workflow: workflowOf(project, limits), checks: [{ name: "answer", run: check }] };
  return { global: JSON.stringify(global), project: JSON.stringify(checked) };
}

/** One attempt within the limits. */
function workflowOf({ workflow }: Readonly<Record<string, unknown>>, { seconds }: SmokeLimits): object {
  const kept = typeof workflow === "object" && workflow !== null ? Object.entries(workflow) : [];
  return {
    ...Object.fromEntries(kept.filter(([name]) => KEPT_WORKFLOW.includes(name))),
    max_attempts: 1,
    timeout_seconds: seconds,
    on_usage_limit: "failover",
    on_exhausted: "person",
  };
}

/** Empty: there is none. */
function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw orchError("config_unreadable", `${path} can't be read`, { cause: error });
  });
}
