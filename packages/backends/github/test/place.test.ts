import { isOrchError, type Forge } from "@orch/core";
import { createFakeClock } from "@orch/testing";
import { appRights, startGitHub, type GitHubOptions, type GitHubStandIn } from "@orch/testing/github";
import { expect, onTestFinished, test } from "vitest";

import { createGitHubForge, givenToken, type KnownRepository, type RepositoryPlace } from "../src/index.ts";

const MINUTE_MS = 60_000;

async function github(options: GitHubOptions = {}) {
  const clock = createFakeClock(Math.floor(Date.now() / 1000) * 1000);
  const user = "acme";
  const all = { user, repositories: [{ name: "acme/app" }], clock: () => clock.now(), ...options };
  const standIn = await startGitHub(all);
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  const found: RepositoryPlace[] = [];
  const open = (known: KnownRepository = {}, repository = "acme/app") =>
    createGitHubForge({
      repository,
      apiUrl: standIn.url,
      access: givenToken(standIn.token),
      clock,
      known: { found: async (place) => void found.push(place), ...known },
    });
  return { standIn, clock, found, open };
}

async function ask<Answer = { readonly id: number; readonly number: number }>(
  { url, token }: GitHubStandIn,
  call: string,
  body?: object,
): Promise<Answer> {
  const [method = "", path = ""] = call.split(" ");
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(url + path, { method, headers: { authorization: `token ${token}` }, ...sent });
  return (await answer.json()) as Answer;
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "done",
    (error: unknown) => (isOrchError(error) ? error.code : "another error"),
  );

test("a forge goes on under another name, tells of it, and pushes there at once", async () => {
  const { standIn, found, open } = await github();
  const forge = open();
  const { id } = await ask(standIn, "GET /repos/acme/app");
  const issue = await ask(standIn, "POST /repos/acme/app/issues", { title: "one" });
  expect((await forge.changes({})).issues).toHaveLength(1);
  expect(found).toEqual([{ id, fullName: "acme/app" }]);
  await ask(standIn, "PATCH /repos/acme/app", { name: "shop" });
  const thread = issue.number;
  const comment = await forge.putComment({ thread, marker: "orch:reply:1", body: "under its old name" });
  expect(comment).toBe((await forge.comments(thread))[0]?.id);
  expect((await forge.remote()).url).toBe(`${standIn.url}/acme/shop.git`);
  expect(found.slice(1)).toEqual([{ id, fullName: "acme/shop" }]);
  expect(await forge.account()).toMatchObject({ movedTo: "acme/shop", role: "admin" });
  expect(await open({ id }, "ACME/Shop").account()).not.toHaveProperty("movedTo");
});

test("at rest a rename is noticed by the list that has not changed", async () => {
  const { standIn, found, clock, open } = await github();
  const forge = open();
  await ask(standIn, "POST /repos/acme/app/issues", { title: "one" });
  const { cursor } = await forge.changes({});
  await clock.advance(5 * MINUTE_MS);
  const second = await forge.changes({ cursor });
  const before = standIn.requests().length;
  await forge.changes({ cursor: second.cursor });
  const asked = standIn.requests().slice(before);
  expect(
    asked.map(({ status }) => status),
    "a look at which nothing changed is free",
  ).toEqual([304, 304]);
  await ask(standIn, "PATCH /repos/acme/app", { name: "shop" });
  await forge.changes({ cursor: second.cursor });
  await forge.roleOf("acme");
  expect(found.at(-1)?.fullName).toBe("acme/shop");
});

/** Everything that could be done in a wrong repository. */
const deeds: readonly ((forge: Forge) => Promise<unknown>)[] = [
  (forge) => forge.changes({}),
  (forge) => forge.issue("1" as never),
  (forge) => forge.history("1" as never),
  (forge) => forge.remote(),
  (forge) => forge.putComment({ thread: 1, marker: "orch:reply:1", body: "" }),
  (forge) => forge.setLabels({ id: "1" as never, add: ["x"], remove: [] }),
  (forge) => forge.roleOf("acme"),
  (forge) => forge.account(),
  (forge) => forge.merge({ number: 1, expected: "a".repeat(40) as never, method: "squash", title: "", message: "" }),
];

test.each(deeds.map((deed) => ({ deed, what: String(deed) })))(
  "another repository that took the name is left alone: $what",
  async ({ deed }) => {
    const { standIn, clock, open } = await github();
    const { id } = await ask(standIn, "GET /repos/acme/app");
    const running = open({ id });
    await running.roleOf("acme");
    await ask(standIn, "PATCH /repos/acme/app", { name: "shop" });
    await standIn.addRepository({ name: "acme/app" });
    await ask(standIn, "POST /repos/acme/app/issues", { title: "of somebody else" });
    const before = standIn.requests().length;
    expect(await codeOf(deed(open({ id })))).toBe("forge_replaced");
    await clock.advance(2 * MINUTE_MS);
    expect(await codeOf(deed(running)), "also one that was there before").toBe("forge_replaced");
    const written = standIn.requests().slice(before);
    expect(written.filter(({ method }) => method !== "GET")).toEqual([]);
  },
);

test("what is pushed or merged asks each time, and the name that comes back is believed again", async () => {
  const { standIn, clock, open } = await github();
  const { id } = await ask(standIn, "GET /repos/acme/app");
  const forge = open({ id });
  await forge.remote();
  await ask(standIn, "PATCH /repos/acme/app", { name: "shop" });
  await standIn.addRepository({ name: "acme/app" });
  expect(await codeOf(forge.remote())).toBe("forge_replaced");
  await ask(standIn, "PATCH /repos/acme/app", { name: "theirs" });
  await ask(standIn, "PATCH /repos/acme/shop", { name: "app" });
  await clock.advance(MINUTE_MS);
  expect((await forge.remote()).url).toBe(`${standIn.url}/acme/app.git`);
});

test("an App's token is for the repository's number, whatever it is called", async () => {
  const { standIn, clock } = await github({ app: { id: 7, slug: "orch-app", permissions: appRights } });
  const { id } = await ask(standIn, "GET /repos/acme/app");
  await ask(standIn, "PATCH /repos/acme/app", { name: "shop" });
  const { id: appId = 0, privateKey = "" } = standIn.app ?? {};
  const access = { appId, privateKey: async () => privateKey };
  const forge = createGitHubForge({ repository: "acme/app", apiUrl: standIn.url, access, clock, known: { id } });
  expect((await forge.remote()).url).toBe(`${standIn.url}/acme/shop.git`);
});
