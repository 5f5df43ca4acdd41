import { expect, test } from "vitest";

import { repositoryAt } from "../../git-repository.ts";
import { tempFolder } from "../../temp-folder.ts";
import { client, github } from "./clients.ts";

const at = (owner: string, repo: string) => ({ owner, repo });

test("a repository that is renamed or transferred answers under its old names, to reads and to writes, until another has them", async () => {
  const standIn = await github({ user: "octo", organizations: ["acme"], people: { eve: "none" } });
  const octo = client(standIn);
  const { data: before } = await octo.rest.repos.get(at("octo", "sample"));
  await octo.rest.repos.createWebhook({
    ...at("octo", "sample"),
    config: { url: "http://127.0.0.1:1" },
    events: ["*"],
  });
  const { data: renamed } = await octo.rest.repos.update({ ...at("octo", "sample"), name: "example" });
  expect(renamed).toMatchObject({ id: before.id, full_name: "octo/example" });
  const ask = (method: string, path: string) =>
    fetch(`${standIn.url}${path}`, {
      method,
      redirect: "manual",
      headers: { authorization: `Bearer ${standIn.token}` },
      ...(method === "GET" ? {} : { body: "{}" }),
    });
  const read = await ask("GET", "/repos/octo/sample/issues?state=all");
  const moved = `${standIn.url}/repositories/${before.id}/issues`;
  expect([read.status, read.headers.get("location")]).toEqual([301, `${moved}?state=all`]);
  expect(await read.json()).toMatchObject({ message: "Moved Permanently", url: `${moved}?state=all` });
  expect((await ask("POST", "/repos/octo/sample/issues")).status).toBe(307);
  const { data: issue } = await octo.rest.issues.create({ ...at("octo", "sample"), title: "under the old name" });
  expect(issue.url).toBe(`${standIn.url}/repos/octo/example/issues/${issue.number}`);

  await octo.rest.repos.transfer({ ...at("octo", "example"), new_owner: "acme" });
  for (const name of ["sample", "example"])
    expect((await octo.rest.repos.get(at("octo", name))).data).toMatchObject({
      id: before.id,
      full_name: "acme/example",
    });
  const named = 'query { repository(owner: "octo", name: "sample") { nameWithOwner databaseId } }';
  expect(await octo.graphql(named)).toEqual({ repository: { nameWithOwner: "acme/example", databaseId: before.id } });
  const clone = repositoryAt(await tempFolder());
  await clone.git("clone", "--quiet", standIn.cloneUrl("octo/sample", "octo"), ".");
  expect(await clone.git("log", "--format=%s")).toContain("Initial commit");
  await expect(octo.rest.repos.get(at("octo", "never"))).rejects.toMatchObject({ status: 404 });

  await standIn.addRepository({ name: "octo/sample" });
  const { data: other } = await octo.rest.repos.get(at("octo", "sample"));
  expect(other.full_name).toBe("octo/sample");
  expect(other.id).not.toBe(before.id);
  const events = standIn.webhooks.deliveries().map(({ event, action }) => `${event}.${action}`);
  expect(events).toEqual(expect.arrayContaining(["repository.renamed", "repository.transferred"]));
});
