import { createFakeClock } from "@orch/testing";
import { appRights, startGitHub, type GitHubStandIn } from "@orch/testing/github";
import { expect, onTestFinished, test } from "vitest";

import { createGitHubForge, givenToken, type GitHubForge } from "../src/index.ts";

const REPOSITORY = "acme/app";
const MARKER = "orch:status:YWNtZQ:c2lnbmVkIGJ5IG9yY2gsIGFuZCBib3VuZCB0byBpdHMgcGxhY2U";
const COPIES = 50;

async function open() {
  const clock = createFakeClock(Math.floor(Date.now() / 1000) * 1000);
  const standIn = await startGitHub({
    user: "acme",
    people: { runner: "write", guest: "read", eve: "none" },
    repositories: [{ name: REPOSITORY }],
    app: { id: 7, slug: "orch-app", permissions: appRights },
    clock: () => clock.now(),
  });
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  const spoken: number[] = [];
  const { id: appId = 0, privateKey = "" } = standIn.app ?? {};
  const accesses = {
    person: givenToken(standIn.tokenOf("runner")),
    guest: givenToken(standIn.tokenOf("guest")),
    app: { appId, privateKey: async () => privateKey },
  };
  const as = (who: keyof typeof accesses, spokeAs: readonly number[] = [...spoken]): GitHubForge =>
    createGitHubForge({
      repository: REPOSITORY,
      apiUrl: standIn.url,
      access: accesses[who],
      clock,
      known: { spokeAs, speaksAs: async (id) => void spoken.push(id) },
    });
  const { number } = await ask(standIn, "acme POST issues", { title: "one" });
  return { standIn, as, number };
}

/** `call`: who, how and where, such as `eve POST issues`. */
async function ask(standIn: GitHubStandIn, call: string, body: object) {
  const [login = "", method = "", path = ""] = call.split(" ");
  const headers = { authorization: `token ${standIn.tokenOf(login)}` };
  const url = `${standIn.url}/repos/${REPOSITORY}/${path}`;
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new TypeError(`${call} answers ${answer.status}`);
  return (await answer.json()) as { readonly id: number; readonly number: number };
}

test("what orch wrote as a person is its own as an App, and copies of its mark stay those of whoever wrote them", async () => {
  const { standIn, as, number } = await open();
  const say = (body: string) => ask(standIn, `eve POST issues/${number}/comments`, { body });
  const early: number[] = [];
  for (let count = 0; count < COPIES / 2; count += 1) early.push((await say("hello")).id);
  const comment = { thread: number, marker: MARKER };
  const first = await as("person").putComment({ ...comment, body: "one" });
  // A copy may stand in a comment of before as well.
  const copy = `<!-- ${MARKER} -->\nwhat eve says`;
  for (const id of early) await ask(standIn, `eve PATCH issues/comments/${id}`, { body: copy });
  for (let count = 0; count < COPIES / 2; count += 1) await say(copy);

  expect(await as("app").putComment({ ...comment, body: "two" })).toBe(first);
  const comments = await as("app").comments(number);
  expect(comments).toHaveLength(COPIES + 1);
  expect(comments.find(({ id }) => id === first)?.body).toContain("two");
  const theirs = comments.filter(({ author }) => author.login === "eve");
  expect(new Set(theirs.map(({ body }) => body))).toEqual(new Set([copy]));

  // An orch that knows of nobody whom it was takes no copy for its own either.
  const other = await as("app", []).putComment({ ...comment, body: "three" });
  expect(await as("app", []).putComment({ ...comment, body: "four" })).toBe(other);
  const after = await as("app").comments(number);
  expect(after).toHaveLength(COPIES + 2);
  expect(after.filter(({ author, body }) => author.login === "eve" && body !== copy)).toEqual([]);
});

test("what orch may not change any more is written once anew", async () => {
  const { as, number } = await open();
  const comment = { thread: number, marker: MARKER };
  const first = await as("app").putComment({ ...comment, body: "one" });
  const second = await as("guest").putComment({ ...comment, body: "two" });
  expect(second).not.toBe(first);
  for (const body of ["three", "four"]) expect(await as("guest").putComment({ ...comment, body })).toBe(second);
  const comments = await as("guest").comments(number);
  expect(comments.map(({ body }) => body.split("\n").at(-1))).toEqual(["one", "four"]);
});
