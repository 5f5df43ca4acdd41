import { expect, test, vi } from "vitest";

import { client, clone, github, listener, refusal } from "./clients.ts";

// Dozens of git programs, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const AT = { owner: "octo", repo: "sample" };

test("from an issue to a merged pull request, every event told once and in order", async () => {
  const standIn = await github({ people: { rita: "write" } });
  const [octo, rita] = [client(standIn), client(standIn, "rita")];
  const hook = await listener("s3cret");
  await octo.repos.createWebhook({ ...AT, config: { url: hook.url, secret: "s3cret" }, events: ["*"] });
  const told = async (): Promise<readonly string[]> => {
    await standIn.webhooks.settled();
    return hook.heard.splice(0);
  };
  expect(await told()).toEqual(["ping"]);

  const { data: issue } = await octo.issues.create({ ...AT, title: "Greet the world", labels: ["ready"] });
  expect(await told()).toEqual(["issues.opened", "issues.labeled"]);

  const work = await clone(standIn, "octo/sample");
  await work.git("switch", "--quiet", "--create", "task-1");
  const first = await work.commit("greet", { "hello.txt": "hello\nworld\n" });
  await work.git("push", "--quiet", "origin", "task-1");
  expect(await told()).toEqual(["create", "push"]);

  const body = `Closes #${issue.number}`;
  const { data: pull } = await octo.pulls.create({ ...AT, title: "Greet", head: "task-1", base: "main", body });
  expect(pull).toMatchObject({ number: 2, head: { sha: first }, commits: 1, changed_files: 1, additions: 2 });
  const job = await standIn.finishCi("octo/sample", first, { job: "unit", conclusion: "failure", log: "1 failed\n" });
  const log = await octo.actions.downloadJobLogsForWorkflowRun({ ...AT, job_id: job });
  expect(log.data).toBe("1 failed\n");
  expect((await octo.pulls.get({ ...AT, pull_number: 2 })).data).toMatchObject({
    mergeable: true,
    mergeable_state: "unstable",
  });
  expect(await told()).toEqual([
    "pull_request.opened",
    "check_run.created",
    "check_run.completed",
    "workflow_run.completed",
  ]);

  const comments = [{ path: "hello.txt", line: 2, body: "Say whom." }];
  const review = { ...AT, pull_number: 2, event: "REQUEST_CHANGES", body: "One thing.", comments } as const;
  const { data: made } = await rita.pulls.createReview(review);
  expect(made.state).toBe("CHANGES_REQUESTED");
  const { data: inline } = await octo.pulls.listCommentsForReview({ ...AT, pull_number: 2, review_id: made.id });
  expect(inline).toMatchObject([{ path: "hello.txt", body: "Say whom.", pull_request_review_id: made.id }]);
  expect(await told()).toEqual(["pull_request_review.submitted", "pull_request_review_comment.created"]);
  expect((await refusal(octo.pulls.createReview(review))).status).toBe(422);

  const second = await work.commit("say whom", { "hello.txt": "hello\ndear world\n" });
  await work.git("push", "--quiet", "origin", "task-1");
  expect(await told()).toEqual(["push", "pull_request.synchronize"]);
  await standIn.finishCi("octo/sample", second, { job: "unit", conclusion: "success" });
  await rita.pulls.createReview({ ...AT, pull_number: 2, event: "APPROVE" });
  expect((await octo.pulls.get({ ...AT, pull_number: 2 })).data).toMatchObject({ mergeable_state: "clean" });
  await told();

  expect((await refusal(octo.pulls.merge({ ...AT, pull_number: 2, sha: first }))).status).toBe(409);
  const { data: merged } = await octo.pulls.merge({ ...AT, pull_number: 2, sha: second, merge_method: "squash" });
  expect(await told()).toEqual(["push", "pull_request.closed", "issues.closed"]);
  await work.git("fetch", "--quiet");
  expect(await work.git("rev-parse", "origin/main")).toBe(merged.sha);
  expect(await work.git("log", "-1", "--format=%s", "origin/main")).toBe("Greet (#2)");
  expect((await octo.issues.get({ ...AT, issue_number: issue.number })).data).toMatchObject({
    state: "closed",
    state_reason: "completed",
  });
  expect((await octo.issues.get({ ...AT, issue_number: 2 })).data.pull_request?.merged_at).toEqual(expect.any(String));

  await octo.git.deleteRef({ ...AT, ref: "heads/task-1" });
  expect(await told()).toEqual(["push", "delete"]);
  expect(new Set(hook.ids).size).toBe(hook.ids.length);
});

test("a pull request is refused twice, without commits, and merged with nothing that conflicts", async () => {
  const standIn = await github({ repositories: [{ name: "octo/sample", files: { "a.txt": "one\n" } }] });
  const octo = client(standIn);
  const work = await clone(standIn, "octo/sample");
  await work.git("switch", "--quiet", "--create", "other");
  expect(await work.git("push", "--quiet", "origin", "other")).toBe("");
  const open = { ...AT, title: "Two", head: "other", base: "main" };
  expect((await refusal(octo.pulls.create(open))).message).toContain("No commits between main and other");
  await work.commit("two", { "a.txt": "two\n" });
  await work.git("push", "--quiet", "origin", "other");
  await octo.pulls.create(open);
  expect((await refusal(octo.pulls.create(open))).message).toContain("A pull request already exists for octo:other.");

  await work.git("switch", "--quiet", "main");
  await work.commit("three", { "a.txt": "three\n" });
  await work.git("push", "--quiet", "origin", "main");
  expect((await octo.pulls.get({ ...AT, pull_number: 1 })).data).toMatchObject({
    mergeable: false,
    mergeable_state: "dirty",
  });
  expect((await refusal(octo.pulls.merge({ ...AT, pull_number: 1 }))).status).toBe(405);
});

test.each(["merge", "rebase"] as const)("%s moves main in its own way", async (method) => {
  const standIn = await github();
  const octo = client(standIn);
  const work = await clone(standIn, "octo/sample");
  await work.git("switch", "--quiet", "--create", "topic");
  await work.commit("one", { "one.txt": "1\n" });
  await work.commit("two", { "two.txt": "2\n" });
  await work.git("push", "--quiet", "origin", "topic");
  await octo.pulls.create({ ...AT, title: "Both", head: "topic", base: "main" });
  await octo.pulls.merge({ ...AT, pull_number: 1, merge_method: method });
  await work.git("fetch", "--quiet");
  const subjects = (await work.git("log", "--first-parent", "--format=%s", "origin/main")).split("\n");
  expect(subjects).toEqual(
    method === "merge" ? ["Merge pull request #1 from octo/topic", "Initial commit"] : ["two", "one", "Initial commit"],
  );
});

test("a protected branch waits for its check and its approval", async () => {
  const standIn = await github({ people: { rita: "write", eve: "none" } });
  const [octo, rita] = [client(standIn), client(standIn, "rita")];
  await octo.repos.updateBranchProtection({
    ...AT,
    branch: "main",
    required_status_checks: { strict: true, contexts: ["ci"] },
    enforce_admins: true,
    required_pull_request_reviews: { required_approving_review_count: 1, dismiss_stale_reviews: true },
    restrictions: null,
  });
  const work = await clone(standIn, "octo/sample");
  await work.git("switch", "--quiet", "--create", "topic");
  const sha = await work.commit("one", { "one.txt": "1\n" });
  await work.git("push", "--quiet", "origin", "topic");
  const { data: pull } = await octo.pulls.create({ ...AT, title: "One", head: "topic", base: "main" });
  const merge = (): Promise<{ status: number; message: string }> =>
    refusal(octo.pulls.merge({ ...AT, pull_number: pull.number }));
  const state = async (): Promise<string> =>
    (await octo.pulls.get({ ...AT, pull_number: pull.number })).data.mergeable_state;

  expect(await merge()).toMatchObject({
    status: 405,
    message: expect.stringContaining("approving review is required") as string,
  });
  await client(standIn, "eve").pulls.createReview({ ...AT, pull_number: pull.number, event: "APPROVE" });
  expect(await merge()).toMatchObject({
    status: 405,
    message: expect.stringContaining("approving review is required") as string,
  });
  await rita.pulls.createReview({ ...AT, pull_number: pull.number, event: "APPROVE" });
  expect(await merge()).toMatchObject({ status: 405, message: expect.stringContaining("status checks") as string });
  expect(await state()).toBe("blocked");
  await octo.repos.createCommitStatus({ ...AT, sha, state: "success", context: "ci" });
  expect(await state()).toBe("clean");

  await work.commit("more", { "two.txt": "2\n" });
  await work.git("push", "--quiet", "origin", "topic");
  const { data: reviews } = await octo.pulls.listReviews({ ...AT, pull_number: pull.number });
  expect(reviews.map(({ state: now }) => now)).toEqual(["DISMISSED", "DISMISSED"]);
  expect(await state()).toBe("blocked");
});

test("a person without rights works in a fork and proposes from there", async () => {
  const standIn = await github({ people: { eve: "none" } });
  const [octo, eve] = [client(standIn), client(standIn, "eve")];
  const denied = await clone(standIn, "octo/sample", "eve");
  await denied.commit("mine", { "mine.txt": "1\n" });
  await expect(denied.git("push", "--quiet", "origin", "main")).rejects.toThrow(/403/);
  await eve.repos.createFork(AT);
  const work = await clone(standIn, "eve/sample", "eve");
  await work.git("switch", "--quiet", "--create", "idea");
  await work.commit("idea", { "idea.txt": "1\n" });
  await work.git("push", "--quiet", "origin", "idea");
  const { data: pull } = await eve.pulls.create({ ...AT, title: "Idea", head: "eve:idea", base: "main" });
  expect(pull).toMatchObject({
    head: { label: "eve:idea", repo: { full_name: "eve/sample" } },
    base: { label: "octo:main" },
  });
  const second = await work.commit("better", { "idea.txt": "2\n" });
  await work.git("push", "--quiet", "origin", "idea");
  const { data: files } = await octo.pulls.listFiles({ ...AT, pull_number: 1 });
  expect(files).toMatchObject([{ filename: "idea.txt", status: "added", additions: 1 }]);
  expect((await refusal(eve.pulls.merge({ ...AT, pull_number: 1 }))).status).toBe(403);
  await octo.pulls.merge({ ...AT, pull_number: 1, sha: second });
  const { data: file } = await octo.repos.getContent({ ...AT, path: "idea.txt" });
  expect(file).toMatchObject({ type: "file", content: Buffer.from("2\n").toString("base64") });
});
