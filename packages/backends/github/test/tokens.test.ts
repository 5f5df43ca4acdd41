import { inspect } from "node:util";

import { isOrchError, type Forge } from "@orch/core";
import { createFakeClock } from "@orch/testing";
import { appRights, startGitHub, type GitHubStandIn } from "@orch/testing/github";
import { expect, onTestFinished, test } from "vitest";

import { createGitHubForge, foundToken, givenToken, type AppIdentity } from "../src/index.ts";

const REPOSITORY = "octo/sample";
async function github(permissions: Readonly<Record<string, "read" | "write">> = appRights): Promise<GitHubStandIn> {
  const app = { id: 7, slug: "orch-app", permissions };
  const standIn = await startGitHub({
    checkBodies: true,
    app,
    repositories: [{ name: REPOSITORY }, { name: "octo/other" }],
  });
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  return standIn;
}

function appOf({ app }: GitHubStandIn, over: Partial<AppIdentity> = {}): AppIdentity {
  return { appId: app?.id ?? 0, privateKey: async () => app?.privateKey ?? "", ...over };
}

const startedAt = Math.floor(Date.now() / 1000) * 1000;

test("an App's tokens are for the one repository, are renewed before their end, and once when they are refused", async () => {
  const standIn = await github();
  const clock = createFakeClock(startedAt);
  const told: string[] = [];
  const forge = createGitHubForge({
    repository: REPOSITORY,
    apiUrl: standIn.url,
    access: appOf(standIn),
    clock,
    onToken: (token) => void told.push(token),
  });
  const made = (): readonly unknown[] =>
    standIn
      .requests()
      .flatMap(({ path, body }) => (path.endsWith("/access_tokens") ? [JSON.parse(body) as unknown] : []));
  expect(await forge.self()).toMatchObject({ login: "orch-app[bot]", isBot: true });
  await Promise.all([forge.roleOf("octo"), forge.changes({}), forge.comments(1).catch(() => [])]);
  expect(made()).toEqual([{ repositories: ["sample"], permissions: appRights }]);
  expect(await forge.account()).toMatchObject({
    role: "write",
    rights: expect.arrayContaining(["contents: write", "statuses: read"]) as string[],
    missing: [],
  });
  const isCurrent = async (): Promise<boolean> => {
    const { authorization } = await forge.remote();
    return Buffer.from(authorization.split(" ")[1] ?? "", "base64").toString() === `x-access-token:${told.at(-1)}`;
  };
  expect(await isCurrent()).toBe(true);
  await clock.advance(54 * 60_000);
  expect(await isCurrent()).toBe(true);
  expect(made()).toHaveLength(1);
  await clock.advance(2 * 60_000);
  expect(await isCurrent()).toBe(true);
  // The stand-in's clock stands still: what it gives is old at once, for the look at the repository and for git.
  expect(made()).toHaveLength(3);
  await fetch(`${standIn.url}/installation/token`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${told.at(-1)}` },
  });
  expect(await forge.roleOf("octo")).toBe("admin");
  expect(made()).toHaveLength(4);
  expect(new Set(told).size).toBe(4);
});

interface Unable {
  readonly repository?: string;
  readonly over?: (key: string) => Partial<AppIdentity>;
  readonly message: RegExp;
  readonly hint: RegExp;
}

test.each<[string, Unable]>([
  ["no key", { over: () => ({ privateKey: async () => "" }), message: /private key.*can't be used/, hint: /PEM file/ }],
  [
    "a broken key",
    {
      over: (key) => ({ privateKey: async () => key.replace(/\n.{40}/, "\n") }),
      message: /private key.*can't be used/,
      hint: /PEM file/,
    },
  ],
  [
    "another installation",
    { over: () => ({ installation: 1 }), message: /not installed in octo\/sample/, hint: /^Install it there/ },
  ],
  [
    "a repository without it",
    { repository: "nobody/there", message: /not installed in nobody\/there/, hint: /^Install it there/ },
  ],
])("an App that can't work says why: %s", async (_, { repository = REPOSITORY, over, message, hint }) => {
  const standIn = await github();
  const access = appOf(standIn, over?.(standIn.app?.privateKey ?? ""));
  const forge = createGitHubForge({ repository, apiUrl: standIn.url, access, clock: createFakeClock(startedAt) });
  const error: unknown = await forge.changes({}).catch((thrown: unknown) => thrown);
  expect(isOrchError(error, "forge_unauthorized") && error.message).toMatch(message);
  expect(isOrchError(error) && error.hint).toMatch(hint);
});

test("an App that was given too little says which permissions it needs", async () => {
  const standIn = await github({ contents: "write", issues: "read", metadata: "read" });
  const forge = createGitHubForge({
    repository: REPOSITORY,
    apiUrl: standIn.url,
    access: appOf(standIn),
    clock: createFakeClock(startedAt),
  });
  const error: unknown = await forge.changes({}).catch((thrown: unknown) => thrown);
  expect(isOrchError(error, "forge_unauthorized") && error.hint).toMatch(/issues: write.*accept/);
});

test("a person's token is the first that is found, and another one once it is refused", async () => {
  const standIn = await github();
  const environment: Record<string, string> = { GITHUB_TOKEN: "ghp_old", PATH: "/nonexistent" };
  const access = foundToken({ environment, host: "github.com" });
  expect(await access.source()).toBe("GITHUB_TOKEN");
  environment["GH_TOKEN"] = standIn.token;
  const clock = createFakeClock(startedAt);
  const forge = createGitHubForge({ repository: REPOSITORY, apiUrl: standIn.url, access, clock });
  expect(await forge.self()).toMatchObject({ login: "octo" });
  expect(await access.source()).toBe("GH_TOKEN");
  const none = foundToken({ environment: { GH_TOKEN: "  ", PATH: "/nonexistent" }, host: "ghe.example" });
  await expect(none.get()).rejects.toMatchObject({ code: "forge_unauthorized", hint: /gh auth login/ });
});

/** Every way in which a request ends badly. */
function failures(
  standIn: GitHubStandIn,
  forge: (access: string, send?: typeof fetch) => Forge,
): readonly (() => Promise<unknown>)[] {
  const secret = standIn.token;
  const read = async (...how: Parameters<typeof forge>): Promise<unknown> => forge(...how).changes({});
  const meet = (fault: Parameters<GitHubStandIn["faults"]["next"]>[0]) => async (): Promise<unknown> => {
    standIn.faults.next(fault);
    return read(secret);
  };
  const answers =
    (text: string, status = 200) =>
    () =>
      read(secret, async () => new Response(text, { status, headers: { "content-type": "application/json" } }));
  const breaks = (error: unknown) => () =>
    read(secret, async () => {
      throw error;
    });
  return [
    () => read(`${secret}x`),
    ...[400, 403, 404, 409, 422, 451, 500, 502, 503].map((status) => meet({ do: "status", status })),
    meet({ do: "cut", when: "before" }),
    meet({ do: "secondary-limit", retryAfterSeconds: 1 }),
    meet({ do: "primary-limit", resetInSeconds: 1 }),
    answers("<html>"),
    answers('{"half":'),
    answers(""),
    answers(`{"message":"Bad credentials"}`, 401),
    breaks(new TypeError(`fetch failed with Bearer ${"x".repeat(4)}`)),
    breaks(undefined),
    () => forge(secret).closeIssue({ id: "999" as never, as: "completed" }),
    () =>
      forge(secret).merge({ number: 999, expected: "a".repeat(40) as never, method: "squash", title: "", message: "" }),
  ];
}

test("no error shows a token or what a request was sent with, however it is looked at", async () => {
  const standIn = await github();
  // A client each, so that no failure keeps the next request from being sent.
  const forge = (token: string, send?: typeof fetch): Forge =>
    createGitHubForge({
      repository: REPOSITORY,
      apiUrl: standIn.url,
      access: givenToken(token),
      clock: createFakeClock(startedAt),
      ...(send === undefined ? {} : { fetch: send }),
    });
  const seen: string[] = [];
  for (const fail of failures(standIn, forge)) {
    standIn.limits.leave("octo", "core", { remaining: 5000, resetInSeconds: 3600 });
    const error: unknown = await fail().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(isOrchError(error)).toBe(true);
    seen.push(inspect(error, { depth: Infinity, showHidden: true, maxStringLength: Infinity }), JSON.stringify(error));
    if (isOrchError(error))
      seen.push(error.message, error.hint ?? "", JSON.stringify(error.details), String(error.stack));
  }
  const text = seen.join("\n");
  expect(text).not.toContain(standIn.token);
  expect(text).not.toContain(Buffer.from(`x-access-token:${standIn.token}`).toString("base64"));
  expect(text).not.toMatch(/authorization/i);
  expect(seen.length).toBeGreaterThan(100);
});
