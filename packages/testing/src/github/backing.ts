import { createEmulator } from "emulate";

import type { Json } from "./http/api.ts";

/** The seed of `emulate`. */
export interface BackingSeed {
  readonly people: readonly string[];
  readonly organizations: readonly { readonly login: string; readonly admins: readonly string[] }[];
  readonly repositories: readonly { readonly owner: string; readonly name: string; readonly isPrivate: boolean }[];
  readonly app: Json | undefined;
}

/** An answer of `emulate`, with its own address replaced by the stand-in's. */
export interface BackingReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed JSON; undefined for an empty answer. */
  readonly body: unknown;
}

/** The `emulate` behind the stand-in: users, organisations, repositories, labels, milestones, issues, comments, Apps. */
export interface Backing {
  /** One request as a person (by token), or as the administrator. */
  call(method: string, path: string, options?: BackingOptions): Promise<BackingReply>;
  /** A token for a person here. */
  tokenFor(login: string): string;
  /** The private key that was made for the App. */
  readonly privateKey: string | undefined;
  close(): Promise<void>;
}

/** How one request is made. */
export interface BackingOptions {
  /** Absent: the administrator's. `undefined` on purpose is written `anonymous`. */
  readonly token?: string;
  readonly anonymous?: boolean;
  readonly body?: unknown;
}

/** `emulate` refuses a token after 5,000 requests in an hour; nobody but our own limits may. */
const TOKENS_EACH = 40;
const REQUESTS_EACH = 4900;
/** A stamp with milliseconds, in the fields that hold one. GitHub has whole seconds. */
const STAMP = /("[a-z_]+_(?:at|on)":\s*"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{3}Z"/g;

/** A bot is seeded as a person, for `emulate` knows it only once it wrote something. The next type after its login is its own. */
const BOT = /("login":"[^"]+\[bot\]".*?"type":")User"/g;

/** Starts `emulate` on a free port of this machine. `frontUrl` replaces its address in every answer. */
export async function startBacking(seed: BackingSeed, frontUrl: string): Promise<Backing> {
  const emulator = await createEmulator({ service: "github", port: 0, hostname: "127.0.0.1", seed: seedOf(seed) });
  const address = `http://127.0.0.1:${new URL(emulator.url).port}`;
  const used = new Map<string, number>();

  function tokenFor(login: string): string {
    const count = (used.get(login) ?? 0) + 1;
    used.set(login, count);
    return tokenName(login, Math.floor(count / REQUESTS_EACH) % TOKENS_EACH);
  }

  async function call(method: string, path: string, options: BackingOptions = {}): Promise<BackingReply> {
    const token = options.token ?? tokenFor("admin");
    // A write without a body counts as broken JSON there.
    const body = options.body ?? (method.startsWith("P") ? {} : undefined);
    const response = await fetch(address + path, {
      method,
      headers: {
        "content-type": "application/json",
        ...(options.anonymous === true ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
    });
    const text = (await response.text())
      .replaceAll(emulator.url, frontUrl)
      .replace(STAMP, '$1Z"')
      .replace(BOT, '$1Bot"');
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  }

  return { call, tokenFor, privateKey: emulator.generatedSecrets[0]?.value, close: () => emulator.close() };
}

function seedOf({
  people,
  organizations,
  repositories,
  app,
}: BackingSeed): Record<string, unknown> & { tokens: Tokens } {
  const tokens: Tokens = {};
  for (const login of ["admin", ...people]) {
    for (let index = 0; index < TOKENS_EACH; index += 1) tokens[tokenName(login, index)] = { login };
  }
  return {
    tokens,
    github: {
      users: people.map((login) => ({ login, name: login, email: `${login}@example.com` })),
      orgs: organizations.map(({ login, admins }) => ({
        login,
        members: ["admin", ...admins].map((member) => ({ login: member, role: "admin" })),
      })),
      repos: repositories.map(({ owner, name, isPrivate }) => ({ owner, name, private: isPrivate, auto_init: false })),
      ...(app === undefined ? {} : { apps: [app] }),
    },
  };
}

type Tokens = Record<string, { login: string }>;

function tokenName(login: string, index: number): string {
  return `backing-${login}-${index}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
