import { mkdir, statfs } from "node:fs/promises";
import { join } from "node:path";

import { orchError, type Clock, type Logger, type Redactor } from "@orch/core";

import { runProgram } from "./run-program.ts";

/** How one git command runs. */
export interface GitOptions {
  /** The repository (`--git-dir`); absent where an argument says it. */
  readonly gitDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Configuration for this command alone; wins over every file. */
  readonly config?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** For commands that talk to another repository: a longer limit, and this protocol alone is allowed. */
  readonly transport?: "file" | "https" | "http";
  /** Standard output beyond this is cut (64 MiB). */
  readonly maxBytes?: number;
}

/** What a git command came to. */
export interface GitOutput {
  readonly exitCode: number;
  readonly stdout: Buffer;
  /** True when standard output was longer than allowed. */
  readonly truncated: boolean;
  /** Redacted, at most 2,000 characters. */
  readonly stderr: string;
}

/** Runs git with an environment in which it reads no file of the machine or the person, runs no hook and asks nothing. */
export interface Git {
  /** Gives the exit code as a value. @throws `tool_missing`, `disk_full`; `git_failed` for a time limit or a signal. */
  run(args: readonly string[], options?: GitOptions): Promise<GitOutput>;
  /** Standard output without its last line break. @throws `git_failed` also for any exit code but 0. */
  text(args: readonly string[], options?: GitOptions): Promise<string>;
}

/** What git is run with. */
export interface GitSettings {
  readonly gitPath: string;
  /** The `PATH` in which git and its own parts are found. */
  readonly searchPath: string;
  /** A folder for git's own HOME. */
  readonly home: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
}

const LIMIT_MS = 60_000;
const TRANSPORT_LIMIT_MS = 600_000;
const MOST_OUTPUT = 64 * 1024 * 1024;
const DISK_FULL_BELOW = 1024 * 1024;

const HARDENED: Readonly<Record<string, string>> = {
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.attributesFile": "/dev/null",
  "core.excludesFile": "/dev/null",
  "core.quotePath": "false",
  "core.filesRefLockTimeout": "10000",
  "core.packedRefsTimeout": "10000",
  "transfer.fsckObjects": "true",
  "submodule.recurse": "false",
  "commit.gpgSign": "false",
  "gc.auto": "0",
  "maintenance.auto": "false",
  "protocol.allow": "never",
};

/** Makes the runner of git commands. */
export function createGit(settings: GitSettings): Git {
  const { gitPath, clock, redactor, logger } = settings;

  async function run(args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
    const home = join(settings.home, "git-home");
    await mkdir(home, { recursive: true, mode: 0o700 });
    const where = options.gitDir === undefined ? [] : [`--git-dir=${options.gitDir}`];
    const began = clock.monotonic();
    const { exitCode, missing, timedOut, truncated, ...output } = await runProgram(gitPath, [...where, ...args], {
      cwd: home,
      env: environmentOf(settings, { home, options }),
      limitMs: options.transport === undefined ? LIMIT_MS : TRANSPORT_LIMIT_MS,
      maxBytes: options.maxBytes ?? MOST_OUTPUT,
      ...(options.input === undefined ? {} : { input: options.input }),
    });
    const stderr = redactor.redact(output.stderr.toString("utf8").trim()).slice(0, 2000);
    const verb = verbOf(args);
    if (missing !== undefined) throw noGit(gitPath, missing);
    if (exitCode === undefined && !truncated) {
      await refuseFullDisk(settings.home);
      const message = timedOut ? `git ${verb} took longer than it may` : `git ${verb} was ended by a signal`;
      throw orchError("git_failed", message, { details: { verb, stderr, timedOut } });
    }
    logger.debug({ verb, exitCode, ms: Math.round(clock.monotonic() - began) }, "git ran");
    return { exitCode: exitCode ?? 0, stdout: output.stdout, truncated, stderr };
  }

  return {
    run,
    async text(args, options) {
      const output = await run(args, options);
      if (output.exitCode === 0) return output.stdout.toString("utf8").replace(/\n$/, "");
      await refuseFullDisk(settings.home);
      throw failed(args, output);
    },
  };
}

/** The error of a command whose exit code is not acceptable. */
export function failed(args: readonly string[], output: GitOutput): Error {
  const verb = verbOf(args);
  if (NO_ACCESS.test(output.stderr)) {
    return orchError("forge_unauthorized", `git ${verb} is not let in: ${output.stderr.split("\n")[0] ?? ""}`, {
      hint: "The token has ended or was revoked: give orch another one (`gh auth login`, or GH_TOKEN).",
      details: { verb, exitCode: output.exitCode, stderr: output.stderr },
    });
  }
  return orchError("git_failed", `git ${verb} failed: ${output.stderr.split("\n")[0] ?? ""}`, {
    details: { verb, exitCode: output.exitCode, stderr: output.stderr },
  });
}

/** What git says of an address that takes its token for none. */
const NO_ACCESS = /Authentication failed for|could not read (?:Username|Password)|requested URL returned error: 401/;

function verbOf(args: readonly string[]): string {
  const own = args[0] === "-C" ? args.slice(2) : args;
  return own.find((argument) => !argument.startsWith("-")) ?? "git";
}

interface Call {
  readonly home: string;
  readonly options: GitOptions;
}

function environmentOf(settings: GitSettings, call: Call): Record<string, string> {
  const { options } = call;
  const { transport } = options;
  return {
    PATH: settings.searchPath,
    HOME: call.home,
    XDG_CONFIG_HOME: join(call.home, "none"),
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_LITERAL_PATHSPECS: "1",
    // Unlike the setting, it is inherited by every child and no repository can override it.
    GIT_ALLOW_PROTOCOL: transport ?? "",
    GIT_PROTOCOL_FROM_USER: "0",
    ...configVariables({
      ...HARDENED,
      ...(transport === undefined ? {} : { [`protocol.${transport}.allow`]: "always" }),
      ...options.config,
    }),
    ...options.env,
  };
}

/** Configuration as git's own variables: above every file, and no text for a parser. */
export function configVariables(config: Readonly<Record<string, string>>): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(Object.keys(config).length) };
  for (const [index, [key, value]] of Object.entries(config).entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}

/** Names a full disk as what it is; git says so only in words. @throws `disk_full` */
export async function refuseFullDisk(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= DISK_FULL_BELOW) return;
  throw orchError("disk_full", "the disk is full", {
    hint: "Free some space; orch goes on by itself.",
    details: { folder },
  });
}

function noGit(gitPath: string, cause: unknown): Error {
  return orchError("tool_missing", `${gitPath} can't be started`, { hint: "Install git 2.39 or newer.", cause });
}
