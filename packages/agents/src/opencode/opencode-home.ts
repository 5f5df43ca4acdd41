import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Conceal, LoginFile, Result } from "@orch/core";

import { bringFolder, type BringInput } from "../bring-conversation.ts";
import { copyLogin, type LoginCopy } from "../login-copy.ts";
import { opencodeLogin } from "./opencode-login.ts";

/** The name of a run's own home below its folder. */
export const HOME = "opencode-home";

const OPENCODE_LOGIN = "auth.json";
const DATABASE = "opencode.db";

/** Where opencode keeps its things in that home. */
export interface OpencodeHome {
  readonly root: string;
  readonly config: string;
  readonly data: string;
  /** The module that opencode loads before those of the repository, and never comes to an end with. */
  readonly guard: string;
  /** The file by which it tells that it was loaded. */
  readonly guarded: string;
  /** The environment that makes opencode use it. */
  readonly env: Readonly<Record<string, string>>;
}

// Opencode loads the modules in `plugin` folders one after the other, its own configuration's first, whatever its
// switches say. One that never finishes keeps it from those of the repository.
const GUARD = `import { writeFileSync } from "node:fs";
writeFileSync(new URL("../guarded", import.meta.url), "");
await new Promise(() => {});
`;
// Opencode would ask the npm registry for this package, which only its plugins use.
const PLUGIN_API = "@opencode-ai/plugin";

/** The places of a home. */
export function opencodeHome(folder: string): OpencodeHome {
  const root = join(folder, HOME);
  const config = join(root, "config", "opencode");
  const env = Object.fromEntries(
    ["config", "data", "state", "cache"].map((kind) => [`XDG_${kind.toUpperCase()}_HOME`, join(root, kind)]),
  );
  return {
    root,
    config,
    data: join(root, "data", "opencode"),
    guard: join(config, "plugin", "guard.js"),
    guarded: join(config, "guarded"),
    env,
  };
}

/** What a home is written from. */
export interface HomeContents {
  /** The person's folder with `auth.json`, which is only read; absent: no login is copied. */
  readonly loginFolder?: string;
  /** The provider of the model, whose login alone the run gets; absent: the model names none. */
  readonly provider?: string;
  readonly conceal?: Conceal;
  readonly trusted: boolean;
}

/**
 * Writes the home of one run (mode 0700); its login is a copy (mode 0600). Gives the login where placeholders stand in the
 * copy.
 */
export async function writeOpencodeHome(home: OpencodeHome, contents: HomeContents): Promise<LoginFile | undefined> {
  for (const folder of [home.root, home.config, home.data]) await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(home.root, 0o700);
  await rm(home.guarded, { force: true });
  const login = await giveLogin(home, contents);
  const api = join(home.config, "node_modules", PLUGIN_API);
  await mkdir(api, { recursive: true });
  await writeFile(join(api, "package.json"), JSON.stringify({ name: PLUGIN_API, version: "0.0.0" }));
  await writeFile(join(home.config, "package.json"), JSON.stringify({ dependencies: { [PLUGIN_API]: "0.0.0" } }));
  if (contents.trusted) {
    await rm(home.guard, { force: true });
    return login;
  }
  await mkdir(dirname(home.guard), { recursive: true });
  await writeFile(home.guard, GUARD);
  return login;
}

/** The login of a person's folder, or the part of it that is for one provider. */
export function opencodeLoginIn(folder: string, provider?: string): Pick<LoginCopy, "title" | "from" | "shape"> {
  return { title: "opencode", from: join(folder, OPENCODE_LOGIN), shape: opencodeLogin(provider) };
}

async function giveLogin(home: OpencodeHome, contents: HomeContents): Promise<LoginFile | undefined> {
  const { loginFolder, provider, conceal } = contents;
  if (loginFolder === undefined) return undefined;
  const to = join(home.data, OPENCODE_LOGIN);
  return copyLogin({ ...opencodeLoginIn(loginFolder, provider), to, ...(conceal === undefined ? {} : { conceal }) });
}

/** The database and the states of files that the conversation speaks of; never the login. */
const KEPT = new Set([DATABASE, `${DATABASE}-wal`, `${DATABASE}-shm`, "snapshot", "storage", "tool-output"]);

/** Brings what opencode keeps of the conversations of an earlier run. */
export function bringOpencodeConversation(input: BringInput): Promise<Result<void, string>> {
  return bringFolder(input, {
    folder: `${HOME}/data/opencode`,
    keep: ({ path }) => KEPT.has(path.split("/")[0] ?? ""),
    isIt: (path) => path === DATABASE,
  });
}
