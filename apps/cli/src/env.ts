import { existsSync } from "node:fs";
import { devNull, homedir, userInfo } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

/** What the command line takes from its environment: all of it is read here. */
export interface CallerEnvironment {
  /** The home folder of orch; undefined when ORCH_HOME is set to something that is no whole path. */
  readonly home: string | undefined;
  /** Who calls, in letters that an actor's name may have. */
  readonly user: string;
  /** Where programs are looked for. */
  readonly searchPath: readonly string[];
  readonly colorAllowed: boolean;
}

/** Reads the environment. Imports nothing of orch, for it runs before the compile cache is on. */
export function readEnvironment(): CallerEnvironment {
  const { env } = process;
  return {
    home: homeOf(env["ORCH_HOME"]),
    user: userName()
      .replaceAll(/[^\w.@-]/g, "_")
      .slice(0, 60),
    searchPath: (env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder)),
    colorAllowed: (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb",
  };
}

/** Where Node keeps what it compiles for a home folder of orch. */
export function compileCache(home: string): string {
  return join(home, "cache", "node");
}

/**
 * The environment of a daemon for this home folder. What Node compiles for it is kept there, unless the caller keeps it
 * elsewhere, but is never the reason why the home comes to be.
 */
export function daemonEnvironment(home: string): NodeJS.ProcessEnv {
  const { ORCH_WORKTREES, ...rest } = process.env;
  // Where clones go is said for the home that the environment means, not for any other.
  const worktrees = homeOf(rest["ORCH_HOME"]) === home && ORCH_WORKTREES !== undefined ? { ORCH_WORKTREES } : {};
  const cache = rest["NODE_COMPILE_CACHE"] ?? "";
  const compiled = cache === "" && existsSync(home) ? { NODE_COMPILE_CACHE: compileCache(home) } : {};
  return { ...rest, ...worktrees, ...compiled, ORCH_HOME: home };
}

/** The names of variables that change what orch or Node does and that are set; never what they hold. */
export function telltaleVariables(): readonly string[] {
  return Object.keys(process.env)
    .filter((name) => /^(?:ORCH_|NODE_|XDG_|GIT_|(?:HTTPS?|ALL|NO)_PROXY$|TMPDIR$|LANG$|LC_ALL$|TERM$|CI$)/i.test(name))
    .toSorted();
}

/** The value of one variable; undefined: it is not set. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name];
}

/** An environment in which git knows no settings of the machine, the person or a surrounding repository. */
export function plainGitEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  return { ...Object.fromEntries(kept), GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: "1" };
}

function homeOf(set: string | undefined): string | undefined {
  if (set === undefined || set === "") return join(homedir(), ".orch");
  if (set.startsWith("~/")) return join(homedir(), set.slice(2));
  return isAbsolute(set) ? set : undefined;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A numeric user without an entry in the system's list.
    return "unknown";
  }
}
