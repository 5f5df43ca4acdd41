import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { createGitHubForge, GITHUB_API } from "@orch/backend-github";
import {
  orchError,
  type Clock,
  type Forge,
  type ForgeRemote,
  type Forges,
  type ProjectId,
  type Projects,
} from "@orch/core";
import type { SecretRedactor } from "@orch/security";

import type { DaemonEnvironment } from "./env.ts";

const run = promisify(execFile);
const GH_LIMIT_MS = 10_000;
/** A person may log in anew. */
const KEPT_MS = 300_000;
const NAMES = ["GH_TOKEN", "GITHUB_TOKEN"] as const;

/** What forges are made from. */
export interface ForgesOptions {
  readonly projects: Projects;
  readonly environment: DaemonEnvironment;
  readonly redactor: Pick<SecretRedactor, "register">;
  readonly clock: Clock;
  /** See `Forges.key`. */
  readonly key: Uint8Array;
}

/** The forges of all projects that have one, each with a client of its own that lasts as long as its settings. */
export function createForges(options: ForgesOptions): Forges {
  const { projects, clock } = options;
  const made = new Map<ProjectId, { readonly key: string; readonly forge: Forge }>();
  const token = createTokenSource(options);
  return {
    key: options.key,
    of(project) {
      const settings = projects.get(project)?.forge;
      if (settings === undefined) return undefined;
      const { repository, apiUrl = GITHUB_API } = settings;
      const key = `${apiUrl} ${repository}`;
      const known = made.get(project);
      if (known?.key === key) return known.forge;
      const forge = createGitHubForge({ project, repository, apiUrl, token: () => token(apiUrl), clock });
      made.set(project, { key, forge });
      return forge;
    },
  };
}

/** How git reaches the repositories of forges. */
export function createRemotes(forges: Forges): (project: ProjectId) => Promise<ForgeRemote | undefined> {
  return async (project) => forges.of(project)?.remote();
}

/** `GH_TOKEN`, else `GITHUB_TOKEN`, else what `gh auth token` says (seed row A148). */
function createTokenSource({ environment, redactor, clock }: ForgesOptions): (apiUrl: string) => Promise<string> {
  const kept = new Map<string, { readonly token: string; readonly until: number }>();
  return async (apiUrl) => {
    const given = NAMES.map((name) => environment.all[name]).find((value) => value !== undefined && value !== "");
    if (given !== undefined) return given;
    const known = kept.get(apiUrl);
    if (known !== undefined && known.until > clock.now()) return known.token;
    const token = await askGh(environment, apiUrl);
    redactor.register([token]);
    kept.set(apiUrl, { token, until: clock.now() + KEPT_MS });
    return token;
  };
}

async function askGh({ all, path, userHome }: DaemonEnvironment, apiUrl: string): Promise<string> {
  const host = apiUrl === GITHUB_API ? "github.com" : new URL(apiUrl).host;
  const env = {
    PATH: path.join(":"),
    HOME: userHome,
    ...(all["GH_CONFIG_DIR"] === undefined ? {} : { GH_CONFIG_DIR: all["GH_CONFIG_DIR"] }),
  };
  try {
    const { stdout } = await run("gh", ["auth", "token", "--hostname", host], { env, timeout: GH_LIMIT_MS });
    if (stdout.trim() !== "") return stdout.trim();
  } catch {
    // Not installed or not logged in: both are told of below.
  }
  throw orchError("forge_denied", `there is no token for ${host}`, {
    hint: "Start the daemon with GH_TOKEN or GITHUB_TOKEN, or log in once: gh auth login",
  });
}
