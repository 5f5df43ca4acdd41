import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { orchError } from "@orch/core";

const run = promisify(execFile);

/** Where the token of a client comes from. Tokens are kept in memory only. */
export interface TokenSource {
  /** The token to use now. @throws `forge_unauthorized` when there is none, or the errors of a request for one */
  get(): Promise<string>;
  /** Another token for one that was refused; undefined: there is no other. */
  renew(refused: string): Promise<string | undefined>;
  /** Where the token is from, for people. */
  source(): Promise<string>;
}

/** A token that somebody gave. */
export function givenToken(token: string): TokenSource {
  return { get: async () => token, renew: async () => undefined, source: async () => "a token that was given" };
}

/** Where a person's token is looked for. */
export interface TokenPlaces {
  /** The environment, as a value. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The host whose token is wanted (`github.com`). */
  readonly host: string;
}

const VARIABLES = ["GH_TOKEN", "GITHUB_TOKEN"] as const;
/** What gh needs to find itself, its settings and the keyring. */
const FOR_GH = ["PATH", "HOME", "GH_CONFIG_DIR", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"];
const PATIENCE_MS = 10_000;

/** A person's token: `GH_TOKEN`, `GITHUB_TOKEN`, else what `gh auth token` gives; looked for again once it is refused. */
export function foundToken(places: TokenPlaces): TokenSource {
  let kept: Promise<Found> | undefined;
  const find = async (): Promise<Found> => {
    kept ??= lookUp(places);
    try {
      return await kept;
    } catch (error) {
      kept = undefined;
      throw error;
    }
  };
  return {
    get: async () => (await find()).token,
    async renew(refused) {
      if ((await find()).token === refused) kept = undefined;
      return (await find()).token;
    },
    source: async () => (await find()).source,
  };
}

interface Found {
  readonly token: string;
  readonly source: string;
}

async function lookUp({ environment, host }: TokenPlaces): Promise<Found> {
  for (const source of VARIABLES) {
    const token = environment[source]?.trim() ?? "";
    if (token !== "") return { token, source };
  }
  return { token: await fromGh(environment, host), source: "gh auth token" };
}

async function fromGh(environment: TokenPlaces["environment"], host: string): Promise<string> {
  const given = Object.fromEntries(FOR_GH.map((name) => [name, environment[name]]));
  const env: Readonly<Record<string, string | undefined>> = { ...given, GH_PROMPT_DISABLED: "1" };
  try {
    const { stdout } = await run("gh", ["auth", "token", "--hostname", host], { env, timeout: PATIENCE_MS });
    const token = stdout.trim();
    if (token !== "") return token;
  } catch {
    // What gh printed may hold a token: it is not passed on.
  }
  throw orchError("forge_unauthorized", `there is no token for ${host}`, {
    hint: "Run `gh auth login`, set GH_TOKEN, or give orch a GitHub App.",
  });
}
