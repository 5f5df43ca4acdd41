import { delimiter, isAbsolute } from "node:path";

import { createGitHubForge, GITHUB_API } from "@orch/backend-github";
import type { Config } from "@orch/config";
import { systemClock } from "@orch/core";

import { forgeAccess } from "./forge-access.ts";
import { viewForge, type ForgeView } from "./forge-views.ts";

/** The forge of a configuration as a person's own environment reaches it, without a daemon; undefined: it names none. */
export async function lookAtForge(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ForgeView | undefined> {
  if (config.forge === undefined) return undefined;
  const { repository, apiUrl = GITHUB_API } = config.forge;
  const path = (env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const environment = { all: env, path, userHome: env["HOME"] ?? "" };
  // Nothing is logged here, so there is nobody to keep the token from.
  const redactor = { register: () => undefined };
  const access = forgeAccess({ environment, redactor }, { app: config.githubApp, apiUrl });
  return viewForge(createGitHubForge({ repository, apiUrl, access, clock: systemClock }), systemClock);
}
