import { createEmulator } from "emulate";

/** `emulate` as it is, without what the stand-in adds: a second opinion on what GitHub is like. */
export interface BareEmulate extends AsyncDisposable {
  readonly url: string;
  tokenOf(login: string): string;
}

/** Starts it on a free port of this machine, with these people and their repositories. */
export async function startBareEmulate(seed: {
  readonly people: readonly string[];
  /** `owner/name`, each with a first commit. */
  readonly repositories: readonly string[];
}): Promise<BareEmulate> {
  const { people, repositories } = seed;
  const tokens = Object.fromEntries(people.map((login) => [tokenOf(login), { login }]));
  const github = {
    users: people.map((login) => ({ login, name: login, email: `${login}@example.com` })),
    repos: repositories.map((name) => ({ owner: name.split("/")[0], name: name.split("/")[1], auto_init: true })),
  };
  const emulator = await createEmulator({
    service: "github",
    port: 0,
    hostname: "127.0.0.1",
    seed: { tokens, github },
  });
  return {
    url: `http://127.0.0.1:${new URL(emulator.url).port}`,
    tokenOf,
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

function tokenOf(login: string): string {
  return `bare-${login}`;
}
