import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { expect, test } from "vitest";

import type { GitHubStandIn } from "../index.ts";
import { client, clone, github, listener, refusal } from "./clients.ts";

/** A token that the App asks for. */
async function appToken(standIn: GitHubStandIn, wanted: Record<string, unknown>): Promise<string> {
  const { id: appId = 0, privateKey = "", installation: installationId = 0 } = standIn.app ?? {};
  const auth = { appId, privateKey, installationId };
  const app = new Octokit({ baseUrl: standIn.url, authStrategy: createAppAuth, auth });
  return ((await app.auth(wanted)) as { token: string }).token;
}

const AT = { owner: "octo", repo: "sample" };

test("an App's token does what it was narrowed to, and nothing else", async () => {
  const permissions = { issues: "write", pull_requests: "write", contents: "write", metadata: "read" } as const;
  const standIn = await github({ app: { id: 7, slug: "orch-app", permissions } });
  const token = await appToken(standIn, {
    type: "installation",
    repositoryNames: ["sample"],
    permissions: { issues: "write" },
  });
  const bot = new Octokit({ baseUrl: standIn.url, auth: token });
  expect((await bot.issues.create({ ...AT, title: "May" })).status).toBe(201);
  const pull = { ...AT, title: "May not", head: "topic", base: "main" };
  expect(await refusal(bot.pulls.create(pull))).toMatchObject({
    status: 403,
    message: expect.stringContaining("not accessible by integration") as string,
  });
  expect((await refusal(bot.users.getAuthenticated())).status).toBe(403);
  await bot.apps.revokeInstallationAccessToken();
  expect((await refusal(bot.issues.listForRepo(AT))).status).toBe(401);
});

test("an App pushes, but no workflow without that permission", async () => {
  const standIn = await github({
    app: { id: 7, slug: "orch-app", permissions: { contents: "write", metadata: "read" } },
  });
  const token = await appToken(standIn, { type: "installation" });
  const work = await clone(standIn, "octo/sample");
  await work.git(
    "remote",
    "set-url",
    "origin",
    standIn.cloneUrl("octo/sample").replace("://", `://x-access-token:${token}@`),
  );
  await work.git("switch", "--quiet", "--create", "topic");
  await work.commit("code", { "a.txt": "1\n" });
  await work.git("push", "--quiet", "origin", "topic");
  await work.commit("workflow", { ".github/workflows/ci.yml": "on: push\n" });
  await expect(work.git("push", "--quiet", "origin", "topic")).rejects.toThrow(/without `workflows` permission/);
});

test("nobody pushes to a protected branch, and its rules can be read and removed", async () => {
  const standIn = await github({ people: { wim: "write" } });
  const octo = client(standIn);
  const rules = {
    required_status_checks: null,
    enforce_admins: false,
    required_pull_request_reviews: null,
    restrictions: null,
  };
  await octo.repos.updateBranchProtection({ ...AT, branch: "main", ...rules });
  expect((await octo.repos.getBranchProtection({ ...AT, branch: "main" })).data.enforce_admins?.enabled).toBe(false);
  const work = await clone(standIn, "octo/sample", "wim");
  await work.commit("direct", { "a.txt": "1\n" });
  await expect(work.git("push", "--quiet", "origin", "main")).rejects.toThrow(/GH006: Protected branch update failed/);
  await octo.repos.deleteBranchProtection({ ...AT, branch: "main" });
  await work.git("push", "--quiet", "origin", "main");
  expect((await octo.repos.getBranch({ ...AT, branch: "main" })).data.commit.commit.message).toBe("direct");
});

test("an App is told where its events go, and an Enterprise client finds all of it", async () => {
  const hook = await listener("later");
  const standIn = await github({ app: { id: 7, slug: "orch-app", permissions: { issues: "write" } } });
  const octo = new Octokit({ baseUrl: `${standIn.url}/api/v3`, auth: standIn.token });
  await octo.issues.create({ ...AT, title: "Nobody hears" });
  const app = new Octokit({ baseUrl: `${standIn.url}/api/v3`, auth: await appToken(standIn, { type: "app" }) });
  // The typed method takes the hook's address for its own.
  await app.request("PATCH /app/hook/config", { data: { url: hook.url, secret: "later" } });
  expect((await app.apps.getWebhookConfigForApp()).data.url).toBe(hook.url);
  await octo.issues.createLabel({ ...AT, name: "ready", color: "ffffff" });
  const twice = refusal(octo.issues.createLabel({ ...AT, name: "ready", color: "ffffff" }));
  expect(await twice).toMatchObject({ status: 422, message: expect.stringContaining("already_exists") as string });
  await standIn.webhooks.settled();
  expect(hook.heard).toEqual(["label.created"]);
  expect(await octo.graphql(`{ viewer { login } }`)).toEqual({ viewer: { login: "octo" } });
});

test("a private repository is there for those who may see it", async () => {
  const repositories = [{ name: "octo/secret", isPrivate: true, roles: { wim: "write" } }] as const;
  const standIn = await github({ people: { wim: "none", eve: "none" }, repositories });
  const [octo, wim, eve] = [client(standIn), client(standIn, "wim"), client(standIn, "eve")];
  const at = { owner: "octo", repo: "secret" };
  await wim.issues.create({ ...at, title: "Inside" });
  expect((await wim.issues.listForRepo(at)).data).toHaveLength(1);
  expect((await refusal(eve.issues.listForRepo(at))).status).toBeGreaterThanOrEqual(403);
  expect((await refusal(eve.pulls.list(at))).status).toBe(404);
  await expect(clone(standIn, "octo/secret", "eve")).rejects.toThrow(/not found/);
  await octo.repos.addCollaborator({ ...at, username: "eve", permission: "pull" });
  expect((await eve.issues.listForRepo(at)).data).toHaveLength(1);
  const { data: people } = await octo.repos.listCollaborators(at);
  expect(people.map(({ login, role_name: role }) => [login, role])).toEqual([
    ["wim", "write"],
    ["eve", "read"],
    ["octo", "admin"],
  ]);
  await octo.repos.removeCollaborator({ ...at, username: "eve" });
  expect((await refusal(eve.issues.get({ ...at, issue_number: 1 }))).status).toBeGreaterThanOrEqual(403);
  expect((await refusal(octo.repos.getLatestRelease(at))).status).toBe(501);
});
