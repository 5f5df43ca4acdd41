import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import {
  parseBranchName,
  parseProjectId,
  parseTaskId,
  silentLogger,
  systemClock,
  unwrap,
  type PreparedClone,
  type ProjectSettings,
  type Workspace,
} from "@orch/core";
import { createRedactor } from "@orch/security";
import { projectOf, repositoryAt, tempFolder, type TestRepository } from "@orch/testing";
import { startGitHub, type GitHubStandIn } from "@orch/testing/github";
import { expect, test } from "vitest";

import { createWorkspace } from "../src/index.ts";

const id = unwrap(parseProjectId("octo/sample"));
const branch = unwrap(parseBranchName("gh-task-7-sample"));
const attempt = { project: id, id: unwrap(parseTaskId("7")), attempt: 1 };

interface Scene extends AsyncDisposable {
  readonly github: GitHubStandIn;
  readonly home: string;
  readonly workspace: Workspace;
  readonly project: ProjectSettings;
  /** Somebody else's clone. */
  readonly person: TestRepository;
  prepare(): Promise<PreparedClone>;
}

/** With `fork`, results go to one of `eve`'s. */
async function scene({ fork = false }: { readonly fork?: boolean } = {}): Promise<Scene> {
  const github = await startGitHub({
    people: { eve: "none" },
    repositories: [{ name: "octo/sample", files: { "a.txt": "a\n" } }],
  });
  const token = fork ? github.tokenOf("eve") : github.token;
  if (fork) {
    const request = { method: "POST", headers: { authorization: `token ${token}` } };
    await fetch(`${github.url}/repos/octo/sample/forks`, request);
  }
  const home = join(await tempFolder("orch-home"), "home");
  const authorization = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
  const forkUrl = fork ? { forkUrl: github.cloneUrl("eve/sample") } : {};
  const remoteOf = async () => ({ url: github.cloneUrl("octo/sample"), authorization, ...forkUrl });
  const redactor = createRedactor({ secrets: [] });
  const workspace = createWorkspace({ home, clock: systemClock, logger: silentLogger, redactor, remoteOf });
  const project = projectOf("/nowhere", { id });
  const person = repositoryAt(await tempFolder("orch-person"));
  await person.git("clone", "--quiet", github.cloneUrl("octo/sample", "octo"), ".");
  await person.git("config", "user.name", "Tester");
  await person.git("config", "user.email", "tester@example.com");
  const prepare = (): Promise<PreparedClone> => workspace.prepare({ project, attempt, branch });
  return {
    github,
    home,
    workspace,
    project,
    person,
    prepare,
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  };
}

async function work({ workspace, project }: Scene, clone: PreparedClone, files: Readonly<Record<string, string>>) {
  await repositoryAt(clone.path).commit("work", files);
  const collected = await workspace.collect({ project, clone });
  if (collected.kind !== "collected") throw new Error(collected.detail);
  return collected.commit;
}

test("takes the base from the forge, whose default branch it is, and puts the result there, once", async () => {
  await using it = await scene();
  const clone = await it.prepare();
  expect(clone.base).toBe("main");
  const commit = await work(it, clone, { "b.txt": "b\n" });
  const publish = { project: it.project, branch, commit };
  expect(await it.workspace.publish(publish)).toEqual({ kind: "published", moved: true });
  expect(await it.workspace.publish(publish)).toEqual({ kind: "published", moved: false });
  await it.person.git("fetch", "--quiet");
  expect(await it.person.git("rev-parse", `origin/${branch}`)).toBe(commit);
});

test("a branch that a rule of the repository forbids is refused in the repository's words, and is not tried again", async () => {
  await using it = await scene();
  const commit = await work(it, await it.prepare(), { "b.txt": "b\n" });
  const rules = { required_status_checks: null, enforce_admins: true, required_pull_request_reviews: null };
  const protect = `${it.github.url}/repos/octo/sample/branches/${branch}/protection`;
  const headers = { authorization: `token ${it.github.token}`, "content-type": "application/json" };
  const put = { method: "PUT", headers, body: JSON.stringify({ ...rules, restrictions: null }) };
  expect((await fetch(protect, put)).status).toBe(200);
  const publish = { project: it.project, branch, commit };
  const refused = await it.workspace.publish(publish);
  expect(refused).toMatchObject({ kind: "refused", reason: "push_refused" });
  expect(JSON.stringify(refused)).toMatch(
    /GH006: Protected branch update failed for refs\/heads\/gh-task-7-sample.*hook declined/,
  );
  await fetch(protect, { method: "DELETE", headers });
  expect(await it.workspace.publish(publish)).toEqual({ kind: "published", moved: true });
});

test("a token that has ended is told from what may pass, at each step that needs it", async () => {
  await using it = await scene();
  const commit = await work(it, await it.prepare(), { "b.txt": "b\n" });
  const authorization = `Basic ${Buffer.from("x-access-token:ghp_ended").toString("base64")}`;
  const workspace = createWorkspace({
    home: it.home,
    clock: systemClock,
    logger: silentLogger,
    redactor: createRedactor({ secrets: [] }),
    remoteOf: async () => ({ url: it.github.cloneUrl("octo/sample"), authorization }),
  });
  const ended = { code: "forge_unauthorized", retryable: true };
  await expect(workspace.publish({ project: it.project, branch, commit })).rejects.toMatchObject(ended);
  await expect(workspace.prepare({ project: it.project, attempt, branch })).rejects.toMatchObject(ended);
  expect(await it.workspace.publish({ project: it.project, branch, commit })).toMatchObject({ kind: "published" });
});

test("goes on from what somebody pushed on top, and never overwrites what it has not seen", async () => {
  await using it = await scene();
  const clone = await it.prepare();
  const first = await work(it, clone, { "b.txt": "b\n" });
  await it.workspace.publish({ project: it.project, branch, commit: first });
  await it.person.git("fetch", "--quiet");
  await it.person.git("checkout", "--quiet", branch);
  const theirs = await it.person.commit("theirs", { "c.txt": "c\n" });
  await it.person.git("push", "--quiet", "origin", branch);

  const unaware = await work(it, clone, { "d.txt": "d\n" });
  expect(await it.workspace.publish({ project: it.project, branch, commit: unaware })).toMatchObject({
    kind: "refused",
    reason: "branch_taken",
  });
  await it.workspace.remove({ project: it.project, task: attempt, branch });
  const other = unwrap(parseBranchName("gh-task-8-sample"));
  const fresh = await it.workspace.prepare({ project: it.project, attempt, branch: other });
  const base = await work(it, fresh, { "e.txt": "e\n" });
  await it.workspace.publish({ project: it.project, branch: other, commit: base });
  await it.person.git("fetch", "--quiet");
  await it.person.git("checkout", "--quiet", other);
  const pushed = await it.person.commit("theirs", { "f.txt": "f\n" });
  await it.person.git("push", "--quiet", "origin", other);
  const again = await it.workspace.prepare({ project: it.project, attempt, branch: other });
  expect([again.headCommit, again.reused]).toEqual([pushed, false]);
  const more = await work(it, again, { "g.txt": "g\n" });
  expect(await it.workspace.publish({ project: it.project, branch: other, commit: more })).toEqual({
    kind: "published",
    moved: true,
  });
  expect(theirs).not.toBe(pushed);
});

test("puts results into a fork, on the repository's own base, and goes on from what was pushed there", async () => {
  await using it = await scene({ fork: true });
  const base = await it.person.commit("theirs", { "theirs.txt": "theirs\n" });
  await it.person.git("push", "--quiet", it.github.cloneUrl("octo/sample", "octo"), "HEAD:main");
  const clone = await it.prepare();
  expect(clone.baseCommit).toBe(base);
  const commit = await work(it, clone, { "b.txt": "b\n" });
  expect(await it.workspace.publish({ project: it.project, branch, commit })).toEqual({
    kind: "published",
    moved: true,
  });
  const there = it.github.cloneUrl("eve/sample", "eve");
  expect(await it.person.git("ls-remote", "origin", `refs/heads/${branch}`)).toBe("");
  await it.person.git("fetch", "--quiet", there, branch);
  await it.person.git("checkout", "--quiet", "FETCH_HEAD");
  const pushed = await it.person.commit("on top", { "c.txt": "c\n" });
  await it.person.git("push", "--quiet", there, `HEAD:refs/heads/${branch}`);
  const again = await it.prepare();
  expect([again.headCommit, again.baseCommit]).toEqual([pushed, base]);
  const more = await work(it, again, { "d.txt": "d\n" });
  expect(await it.workspace.publish({ project: it.project, branch, commit: more })).toMatchObject({ moved: true });
});

test("keeps the token out of every file, and tells a refusal as an error of git", async () => {
  await using it = await scene();
  const clone = await it.prepare();
  const commit = await work(it, clone, { "b.txt": "b\n" });
  await it.workspace.publish({ project: it.project, branch, commit });
  const files = await readdir(it.home, { recursive: true, withFileTypes: true });
  const coded = Buffer.from(`x-access-token:${it.github.token}`).toString("base64");
  for (const file of files.filter((each) => each.isFile())) {
    const text = await readFile(join(file.parentPath, file.name), "latin1");
    expect(text.includes(it.github.token) || text.includes(coded)).toBe(false);
  }
  it.github.faults.decide(({ path }) => (path.includes("sample.git") ? { do: "status", status: 503 } : undefined));
  await expect(it.prepare()).rejects.toMatchObject({ code: "git_failed" });
});
