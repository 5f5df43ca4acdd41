import { expect, test } from "vitest";

import { asRecord, asRecords, asString } from "../../model-server/wire/json-values.ts";
import { graphqlProblems } from "../index.ts";
import { client, clone, github, listener } from "./clients.ts";

const AT = { owner: "octo", repo: "sample" };

/** Runs a query that is expected to succeed. */
function asker(
  octo: ReturnType<typeof client>,
): (query: string, variables?: Record<string, unknown>) => Promise<Record<string, unknown>> {
  return async (query, variables = {}) => ({ ...asRecord(await octo.graphql<unknown>(query, variables)) });
}

test("a project is made by GraphQL, filled and read by both interfaces", async () => {
  const hook = await listener("s");
  const standIn = await github({
    organizations: ["acme"],
    repositories: [{ name: "acme/widgets" }],
    app: {
      id: 7,
      slug: "orch-app",
      account: "acme",
      permissions: { issues: "write" },
      events: ["projects_v2_item"],
      webhook: { url: hook.url, secret: "s" },
    },
  });
  const octo = client(standIn);
  const ask = asker(octo);
  const place = { owner: "acme", repo: "widgets" };
  const { data: issue } = await octo.issues.create({ ...place, title: "Card" });
  const { organization } = await ask(`query { organization(login: "acme") { id login } }`);
  const ownerId = asRecord(organization)["id"];
  const made = await ask(
    `mutation ($ownerId: ID!) { createProjectV2(input: { ownerId: $ownerId, title: "Board" }) { projectV2 {
      id number field(name: "Status") { ... on ProjectV2SingleSelectField { id options { id name } } } } } }`,
    { ownerId },
  );
  const project = asRecord(asRecord(made["createProjectV2"])["projectV2"]);
  expect(project["number"]).toBe(1);
  const field = asRecord(project["field"]);
  const [, doing] = asRecords(field["options"]);
  const ids = { projectId: project["id"], contentId: issue.node_id };
  const addition = `mutation ($projectId: ID!, $contentId: ID!) { addProjectV2ItemById(input: { projectId: $projectId, contentId: $contentId }) { item { id databaseId } } }`;
  const first = asRecord(asRecord((await ask(addition, ids))["addProjectV2ItemById"])["item"]);
  const again = asRecord(asRecord((await ask(addition, ids))["addProjectV2ItemById"])["item"]);
  expect(again["id"]).toBe(first["id"]);
  await ask(
    `mutation ($projectId: ID!, $itemId: ID!, $fieldId: ID!, $option: String!) { updateProjectV2ItemFieldValue(input: {
      projectId: $projectId, itemId: $itemId, fieldId: $fieldId, value: { singleSelectOptionId: $option } }) { projectV2Item { id } } }`,
    { projectId: project["id"], itemId: first["id"], fieldId: field["id"], option: doing?.["id"] },
  );
  const at = { org: "acme", project_number: 1 };
  const { data: items } = await octo.projects.listItemsForOrg(at);
  expect(items).toMatchObject([{ id: first["databaseId"], content: { title: "Card" } }]);
  expect(JSON.stringify(items)).toContain("In Progress");
  const { data: fields } = await octo.projects.listFieldsForOrg(at);
  const status = fields.find(({ name }) => name === "Status");
  const done = status?.options?.find(({ name }) => name.raw === "Done")?.id ?? "";
  const change = { ...at, item_id: Number(first["databaseId"]), fields: [{ id: status?.id ?? 0, value: done }] };
  await octo.projects.updateItemForOrg(change);
  const read = await ask(
    `query ($id: ID!) { node(id: $id) { ... on ProjectV2 { title items(first: 10) { totalCount nodes {
      type content { ... on Issue { number title } }
      fieldValueByName(name: "Status") { ... on ProjectV2ItemFieldSingleSelectValue { name } } } } } } }`,
    { id: project["id"] },
  );
  expect(read["node"]).toEqual({
    title: "Board",
    items: {
      totalCount: 1,
      nodes: [{ type: "ISSUE", content: { number: 1, title: "Card" }, fieldValueByName: { name: "Done" } }],
    },
  });
  await octo.projects.deleteItemForOrg({ ...at, item_id: Number(first["databaseId"]) });
  expect((await octo.projects.listItemsForOrg(at)).data).toEqual([]);
  await standIn.webhooks.settled();
  expect(hook.heard.map((name) => name.split(".")[1])).toEqual(["created", "edited", "edited", "deleted"]);
});

test("threads are settled, drafts made ready, and all of a pull request read at once", async () => {
  const standIn = await github({ people: { rita: "write" } });
  const octo = client(standIn);
  const ask = asker(octo);
  const work = await clone(standIn, "octo/sample");
  await work.git("switch", "--quiet", "--create", "topic");
  const sha = await work.commit("one", { "one.txt": "1\n2\n" });
  await work.git("push", "--quiet", "origin", "topic");
  const { data: pull } = await octo.pulls.create({ ...AT, title: "One", head: "topic", base: "main", draft: true });
  const comments = [{ path: "one.txt", line: 2, body: "Why?" }];
  await client(standIn, "rita").pulls.createReview({ ...AT, pull_number: 1, event: "COMMENT", comments });
  await standIn.finishCi("octo/sample", sha, { job: "unit", conclusion: "success" });
  const query = `query { repository(owner: "octo", name: "sample") { pullRequest(number: 1) {
    id isDraft state mergeable mergeStateStatus headRefOid author { login }
    reviews(first: 5) { nodes { state author { login } } }
    reviewThreads(first: 10) { pageInfo { hasNextPage } nodes { id isResolved path line comments(first: 5) { nodes { body author { login } } } } }
    commits(last: 1) { nodes { commit { oid statusCheckRollup { state contexts(first: 5) { nodes { ... on CheckRun { name conclusion } } } } } } } } }
    rateLimit { remaining cost } }`;
  const shown = async (): Promise<Record<string, unknown>> => ({
    ...asRecord(asRecord((await ask(query))["repository"])["pullRequest"]),
  });
  const before = await shown();
  const thread = asRecords(asRecord(before["reviewThreads"])["nodes"])[0] ?? {};
  expect(before).toMatchObject({
    id: pull.node_id,
    isDraft: true,
    mergeStateStatus: "DRAFT",
    headRefOid: sha,
    reviews: { nodes: [{ state: "COMMENTED", author: { login: "rita" } }] },
    commits: {
      nodes: [
        { commit: { oid: sha, statusCheckRollup: { state: "SUCCESS", contexts: { nodes: [{ name: "unit" }] } } } },
      ],
    },
  });
  expect(thread).toMatchObject({
    isResolved: false,
    path: "one.txt",
    line: 2,
    comments: { nodes: [{ body: "Why?" }] },
  });
  await ask(`mutation ($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { isResolved } } }`, {
    id: thread["id"],
  });
  await ask(
    `mutation ($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } } }`,
    { id: pull.node_id },
  );
  expect(await shown()).toMatchObject({
    isDraft: false,
    mergeStateStatus: "CLEAN",
    reviewThreads: { nodes: [{ isResolved: true }] },
  });
});

test("issues are read in pages with their children, and what is not there is an error", async () => {
  const standIn = await github();
  const octo = client(standIn);
  const ids: number[] = [];
  for (const title of ["one", "two", "three"])
    ids.push((await octo.issues.create({ ...AT, title, labels: ["ready"] })).data.id);
  await octo.issues.addSubIssue({ ...AT, issue_number: 1, sub_issue_id: ids[1] ?? 0 });
  await octo.issues.update({ ...AT, issue_number: 2, state: "closed" });
  const query = `query ($after: String) { repository(owner: "octo", name: "sample") { issues(first: 2, after: $after, labels: ["ready"]) {
    pageInfo { hasNextPage endCursor } nodes { number state subIssuesSummary { total completed } parent { number } labels(first: 5) { nodes { name } } } } } }`;
  const pages: unknown[] = [];
  for (let after: string | null = null; ;) {
    const { repository } = asRecord(await octo.graphql<unknown>(query, { after }));
    const { nodes, pageInfo } = asRecord(asRecord(repository)["issues"]);
    pages.push(...asRecords(nodes));
    const info = asRecord(pageInfo);
    if (info["hasNextPage"] !== true) break;
    after = asString(info["endCursor"]);
  }
  expect(pages).toMatchObject([
    { number: 1, state: "OPEN", subIssuesSummary: { total: 1, completed: 1 }, parent: null },
    { number: 2, state: "CLOSED", parent: { number: 1 } },
    { number: 3, labels: { nodes: [{ name: "ready" }] } },
  ]);
  await expect(octo.graphql(`{ viewer { noSuchField } }`)).rejects.toThrow(/noSuchField/);
  await expect(octo.graphql(`{ node(id: "nothing") { id } }`)).rejects.toThrow(/Could not resolve to a node/);
  await expect(octo.graphql(`{ viewer { bio } }`)).rejects.toThrow(/does not know User.bio/);
  expect(graphqlProblems(`{ viewer { login } }`)).toEqual([]);
  expect(graphqlProblems(`{ viewer { logn } }`)).toHaveLength(1);
  expect(graphqlProblems(`{ viewer `)).toHaveLength(1);
});
