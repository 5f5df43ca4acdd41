import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Credential } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { claudeLogin } from "./claude/claude-login.ts";
import { codexLogin } from "./codex/codex-login.ts";
import { copyLogin, credentialsIn, type LoginShape } from "./login-copy.ts";
import { opencodeLogin } from "./opencode/opencode-login.ts";

const CLAIMS = { exp: 1_000, "https://api.openai.com/auth": { chatgpt_plan_type: "pro" } };
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = (word: string): string => `${part({ alg: "RS256" })}.${part(CLAIMS)}.${word}`;

interface Copied {
  readonly login: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly concealed: readonly Credential[];
}

async function copied(shape: LoginShape, given: object | string): Promise<Copied> {
  const folder = await tempFolder("login");
  const [from, to] = [join(folder, "own.json"), join(folder, "run", "copy.json")];
  await writeFile(from, typeof given === "string" ? given : JSON.stringify(given));
  const concealed: Credential[] = [];
  const file = await copyLogin({
    title: "tested",
    from,
    to,
    shape,
    conceal(credential) {
      concealed.push(credential);
      const { shape: form = (word: string) => word } = credential;
      return form(`stand-in-${concealed.length}`);
    },
  });
  const text = await readFile(to, "utf8");
  expect(file).toEqual({ path: to, text: await readFile(from, "utf8") });
  expect((await stat(to)).mode & 0o777).toBe(0o600);
  expect((await credentialsIn({ title: "tested", from, shape })).toSorted()).toEqual(
    concealed.map(({ value }) => value).toSorted(),
  );
  return { login: JSON.parse(text) as Copied["login"], text, concealed };
}

test("Claude Code's login: tokens are concealed, and what is not known stays behind", async () => {
  const { login, concealed } = await copied(claudeLogin, {
    claudeAiOauth: {
      accessToken: "access-word",
      refreshToken: "refresh-word",
      expiresAt: 1_000,
      scopes: ["user:inference"],
      subscriptionType: "max",
      somethingNew: "a-secret",
    },
    mcpOAuth: { server: { accessToken: "of-another" } },
  });
  expect(login).toEqual({
    claudeAiOauth: {
      accessToken: "stand-in-1",
      refreshToken: "stand-in-2",
      expiresAt: Date.UTC(2100),
      scopes: ["user:inference"],
      subscriptionType: "max",
    },
  });
  expect(concealed.map(({ value, stays = false }) => [value, stays])).toEqual([
    ["access-word", false],
    ["refresh-word", true],
  ]);
});

test("codex's login: a key", async () => {
  const { login } = await copied(codexLogin, { auth_mode: "apikey", OPENAI_API_KEY: "key-word" });
  expect(login).toEqual({ auth_mode: "apikey", OPENAI_API_KEY: "stand-in-1" });
});

test("codex's login: tokens of an account keep their form and their claims, without an end and a signature", async () => {
  const { login, text, concealed } = await copied(codexLogin, {
    OPENAI_API_KEY: null,
    tokens: { id_token: jwt("idsig"), access_token: jwt("accsig"), refresh_token: "renew", account_id: "acc" },
    last_refresh: "2026-01-01T00:00:00Z",
  });
  expect(login).toMatchObject({ OPENAI_API_KEY: null, tokens: { account_id: "acc" } });
  const { access_token: access = "" } = login["tokens"] as Readonly<Record<string, string>>;
  const [, claims = "", signature] = access.split(".");
  expect(signature).toBe("stand-in-1");
  expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toEqual({ ...CLAIMS, exp: Date.UTC(2100) / 1000 });
  for (const secret of ["idsig", "accsig", "renew"]) expect(text).not.toContain(secret);
  expect(concealed.map(({ name, stays = false }) => [name, stays])).toEqual([
    ["codex access token", false],
    ["codex id token", true],
    ["codex refresh token", true],
  ]);
});

test("opencode's login: that of the model's provider alone", async () => {
  const all = {
    openai: { type: "api", key: "key-word" },
    anthropic: { type: "oauth", access: "access-word", refresh: "refresh-word", expires: 5, accountId: "me" },
  };
  expect((await copied(opencodeLogin("openai"), all)).login).toEqual({ openai: { type: "api", key: "stand-in-1" } });
  expect((await copied(opencodeLogin("anthropic"), all)).login).toEqual({
    anthropic: { type: "oauth", access: "stand-in-1", refresh: "stand-in-2", expires: Date.UTC(2100), accountId: "me" },
  });
  expect((await copied(opencodeLogin("another"), all)).login).toEqual({});
  expect((await copied(opencodeLogin("openai"), {})).login).toEqual({});
  expect(Object.keys((await copied(opencodeLogin(undefined), all)).login)).toEqual(["openai", "anthropic"]);
});

test.each([
  ["Claude Code", claudeLogin, { claudeAiOauth: { token: "somewhere else" } }],
  ["Claude Code", claudeLogin, "not JSON"],
  ["codex", codexLogin, { agent_identity: { key: "somewhere else" } }],
  ["opencode", opencodeLogin("openai"), { openai: { type: "new", secret: "somewhere else" } }],
  ["opencode", opencodeLogin("openai"), []],
] as const)(
  "a login of %s whose credentials can't be told is not given to a run (case %#)",
  async (_, shape, given) => {
    await expect(copied(shape, given)).rejects.toMatchObject({
      code: "config_invalid",
      hint: expect.stringContaining("login: copied") as unknown,
    });
  },
);

test("without anybody to conceal it a login is copied as it is; one that is not there is nobody's fault", async () => {
  const folder = await tempFolder("login");
  const [from, to] = [join(folder, "own.json"), join(folder, "copy.json")];
  expect(await copyLogin({ title: "tested", from, to, shape: codexLogin })).toBeUndefined();
  await writeFile(from, "whatever it is");
  expect(await copyLogin({ title: "tested", from, to, shape: codexLogin })).toBeUndefined();
  expect(await readFile(to, "utf8")).toBe("whatever it is");
});
