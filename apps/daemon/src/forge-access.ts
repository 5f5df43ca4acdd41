import { readFile } from "node:fs/promises";

import { foundToken, GITHUB_API, type AppIdentity, type TokenSource } from "@orch/backend-github";
import type { Config } from "@orch/config";
import { orchError } from "@orch/core";
import type { SecretRedactor } from "@orch/security";

import type { DaemonEnvironment } from "./env.ts";

/** What the way to a forge is made from. */
export interface ForgeAccessOptions {
  readonly environment: Pick<DaemonEnvironment, "all" | "path" | "userHome">;
  readonly redactor: Pick<SecretRedactor, "register">;
}

/** Whom orch acts as on the forge with this API: the App of the configuration, else the person whose token is found. */
export function forgeAccess(
  { environment, redactor }: ForgeAccessOptions,
  { app, apiUrl }: { readonly app: Config["githubApp"]; readonly apiUrl: string },
): TokenSource | AppIdentity {
  if (app === undefined) {
    const places = { ...environment.all, PATH: environment.path.join(":"), HOME: environment.userHome };
    const host = apiUrl === GITHUB_API ? "github.com" : new URL(apiUrl).host;
    return foundToken({ environment: places, host });
  }
  const { appId, privateKey, privateKeyFile = "", installation } = app;
  return {
    appId,
    ...(installation === undefined ? {} : { installation }),
    async privateKey() {
      const key = privateKey ?? (await readKey(privateKeyFile));
      redactor.register([key.trim()]);
      return key;
    },
  };
}

async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw orchError("forge_unauthorized", `the private key of the GitHub App can't be read: ${path}`, {
      hint: "It is what gh.app.private_key_file names; make it a file that the daemon's user can read.",
      cause,
    });
  }
}
