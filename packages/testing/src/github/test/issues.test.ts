import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { expect, test } from "vitest";

import { client, github, listener, refusal } from "./clients.ts";

const AT = { owner: "octo", repo: "sample" };

test("issues, labels and comments are kept, listed by cursor, and free when unchanged", async () => {
  const standIn = await github();
  const octo = client(standIn);
  await octo.issues.createLabel({ ...AT, name: "agent:queued", color: "c5def5", description: "Waits for an agent" });
  const { data: issue } = await octo.issues.create({ ...AT, title: "One", labels: ["agent:queued"] });
  const { data: comment } = await octo.issues.createComment({ ...AT, issue_number: 1, body: "first" });
  await octo.issues.updateComment({ ...AT, comment_id: comment.id, body: "second" });
  expect(issue.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(issue.labels).toMatchObject([{ name: "agent:queued", color: "c5def5", description: "Waits for an agent" }]);

  const { data: since } = await octo.issues.listCommentsForRepo({ ...AT, since: comment.updated_at });
  expect(since.map(({ body }) => body)).toEqual(["second"]);
  const { data: later } = await octo.issues.listForRepo({ ...AT, since: "2199-01-01T00:00:00Z" });
  expect(later).toEqual([]);

  const read = await octo.issues.get({ ...AT, issue_number: 1 });
  const used = Number(read.headers["x-ratelimit-used"]);
  const again = octo.issues.get({ ...AT, issue_number: 1, headers: { "if-none-match": read.headers.etag } });
  expect((await refusal(again)).status).toBe(304);
  const other = await octo.issues.get({ ...AT, issue_number: 1 });
  expect(Number(other.headers["x-ratelimit-used"])).toBe(used + 1);
});

test("lists have pages with links to the next one", async () => {
  const standIn = await github();
  const octo = client(standIn);
  for (let number = 1; number <= 5; number += 1) await octo.issues.create({ ...AT, title: `Issue ${number}` });
  const all = await octo.paginate(octo.issues.listForRepo, { ...AT, per_page: 2 });
  expect(all.map(({ number }) => number)).toEqual([5, 4, 3, 2, 1]);
  for (let number = 1; number <= 5; number += 1)
    await octo.reactions.createForIssue({ ...AT, issue_number: 1, content: "eyes" });
  await octo.issues.addAssignees({ ...AT, issue_number: 1, assignees: ["octo"] });
  expect((await octo.issues.get({ ...AT, issue_number: 1 })).data).toMatchObject({
    reactions: { total_count: 1, eyes: 1 },
    assignees: [{ login: "octo" }],
  });
});

test("an outsider may write and comment, and no more", async () => {
  const standIn = await github({ people: { eve: "none", tom: "triage" } });
  const [octo, eve, tom] = [client(standIn), client(standIn, "eve"), client(standIn, "tom")];
  const { data: issue } = await eve.issues.create({ ...AT, title: "Please", labels: ["ready"] });
  expect(issue).toMatchObject({ labels: [], author_association: "NONE" });
  expect((await refusal(eve.issues.addLabels({ ...AT, issue_number: 1, labels: ["ready"] }))).status).toBe(403);
  const { data: comment } = await octo.issues.createComment({ ...AT, issue_number: 1, body: "mine" });
  expect(comment.author_association).toBe("OWNER");
  expect((await refusal(eve.issues.updateComment({ ...AT, comment_id: comment.id, body: "hers" }))).status).toBe(403);
  await tom.issues.addLabels({ ...AT, issue_number: 1, labels: ["ready"] });
  const { data: labels } = await octo.issues.listLabelsOnIssue({ ...AT, issue_number: 1 });
  expect(labels.map(({ name }) => name)).toEqual(["ready"]);
  const { data: permission } = await octo.repos.getCollaboratorPermissionLevel({ ...AT, username: "tom" });
  expect(permission).toMatchObject({ permission: "read", role_name: "triage" });
  await octo.repos.removeCollaborator({ ...AT, username: "tom" });
  expect((await refusal(tom.issues.removeLabel({ ...AT, issue_number: 1, name: "ready" }))).status).toBe(403);
  const stranger = new Octokit({ baseUrl: standIn.url, auth: "ghp_nobody", retry: { enabled: false } });
  expect((await refusal(stranger.issues.get({ ...AT, issue_number: 1 }))).status).toBe(401);
});

test("issues have children and blockers without cycles", async () => {
  const standIn = await github();
  const octo = client(standIn);
  const hook = await listener("s");
  await octo.repos.createWebhook({
    ...AT,
    config: { url: hook.url, secret: "s" },
    events: ["sub_issues", "issue_dependencies"],
  });
  const ids: number[] = [];
  for (const title of ["parent", "one", "two"]) ids.push((await octo.issues.create({ ...AT, title })).data.id);
  const [parent = 0, one = 0, two = 0] = ids;
  await octo.issues.addSubIssue({ ...AT, issue_number: 1, sub_issue_id: one });
  await octo.issues.addSubIssue({ ...AT, issue_number: 1, sub_issue_id: two });
  expect((await refusal(octo.issues.addSubIssue({ ...AT, issue_number: 2, sub_issue_id: parent }))).message).toContain(
    "cycle",
  );
  await octo.issues.reprioritizeSubIssue({ ...AT, issue_number: 1, sub_issue_id: two, before_id: one });
  const { data: children } = await octo.issues.listSubIssues({ ...AT, issue_number: 1 });
  expect(children.map(({ title }) => title)).toEqual(["two", "one"]);
  expect((await octo.issues.getParent({ ...AT, issue_number: 2 })).data.number).toBe(1);
  await octo.issues.removeSubIssue({ ...AT, issue_number: 1, sub_issue_id: two });
  expect((await refusal(octo.issues.getParent({ ...AT, issue_number: 3 }))).status).toBe(404);

  await octo.issues.addBlockedByDependency({ ...AT, issue_number: 2, issue_id: two });
  const { data: blockers } = await octo.issues.listDependenciesBlockedBy({ ...AT, issue_number: 2 });
  const { data: blocking } = await octo.issues.listDependenciesBlocking({ ...AT, issue_number: 3 });
  expect([blockers.map(({ number }) => number), blocking.map(({ number }) => number)]).toEqual([[3], [2]]);
  await octo.issues.removeDependencyBlockedBy({ ...AT, issue_number: 2, issue_id: two });
  await standIn.webhooks.settled();
  expect(hook.heard).toContain("issue_dependencies.blocked_by_added");
  expect(hook.heard.filter((name) => name === "sub_issues.sub_issue_added")).toHaveLength(2);
});

test("an App acts as its bot with a narrowed token, and reads what it was not sent", async () => {
  const hook = await listener("app-secret");
  const standIn = await github({
    app: {
      id: 77,
      slug: "orch-app",
      permissions: { issues: "write", checks: "write", contents: "write" },
      webhook: { url: hook.url, secret: "app-secret" },
    },
  });
  const { id = 0, privateKey = "", installation = 0 } = standIn.app ?? {};
  const auth = { appId: id, privateKey, installationId: installation };
  const bot = new Octokit({ baseUrl: standIn.url, authStrategy: createAppAuth, auth });
  const { data: issue } = await bot.issues.create({ ...AT, title: "From a bot" });
  expect(issue.user).toMatchObject({ login: "orch-app[bot]", type: "Bot" });
  const { data: mine } = await bot.apps.listReposAccessibleToInstallation();
  expect(mine.repositories.map(({ full_name: name }) => name)).toEqual(["octo/sample"]);
  const { data: branch } = await bot.repos.getBranch({ ...AT, branch: "main" });
  const check = { ...AT, name: "orch", head_sha: branch.commit.sha, status: "in_progress" } as const;
  expect((await refusal(client(standIn).checks.create(check))).status).toBe(403);
  const { data: run } = await bot.checks.create(check);
  await bot.checks.update({ ...AT, check_run_id: run.id, conclusion: "success" });
  const { data: runs } = await bot.checks.listForRef({ ...AT, ref: "main" });
  expect(runs.check_runs).toMatchObject([{ name: "orch", status: "completed", conclusion: "success" }]);

  standIn.webhooks.next("lose");
  await bot.issues.createComment({ ...AT, issue_number: 1, body: "lost" });
  await standIn.webhooks.settled();
  expect(hook.heard).toEqual(["issues.opened", "check_run.created", "check_run.completed"]);
  const { data: deliveries } = await bot.apps.listWebhookDeliveries();
  const [lost] = deliveries;
  expect(lost).toMatchObject({ event: "issue_comment", status_code: 0 });
  await bot.apps.redeliverWebhookDelivery({ delivery_id: lost?.id ?? 0 });
  await standIn.webhooks.settled();
  expect(hook.heard.at(-1)).toBe("issue_comment.created");
});
