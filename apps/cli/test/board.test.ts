import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, type GitHubBench } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

const LONG_MS = 120_000;

test("a linked board shows where tasks are, whatever happens to GraphQL meanwhile", { timeout: LONG_MS }, async () => {
  await using scene = await openGitHubBench({ config: { agents: { obedient: fixtureAgent("obeys") } } });
  const { bench, github, ask } = scene;
  const board = await makeBoard(scene);
  await scene.serve();
  await bench.result("init");
  expect(await bench.result("board info")).toMatchObject({ board: null, columns: [] });
  expect(await bench.failure(["board", "sync"])).toMatchObject({ code: "usage" });
  const listed = await bench.result("board list");
  expect(listed.boards).toMatchObject([{ id: board, number: 1, title: "Work", owner: "octo", linked: false }]);
  expect(await bench.failure(["board", "link", "7"])).toMatchObject({ code: "usage" });

  const linked = await bench.result("board link", ["1"]);
  expect(linked.board).toMatchObject({ id: board, linked: true });
  expect(linked.columns.map(({ option }) => option)).toEqual(["Todo", "In Progress", "In Progress", "Done"]);
  const { number } = await ask("POST /issues", {
    title: "Add a file",
    body: "Please put one in a.txt.",
    labels: ["orchestrate"],
  });
  const pull = await scene.pull();
  await waitFor("the card", async () => (await cardsOf(scene)).join() === `${number} In Progress`, 30_000);
  await github.finishCi("octo/sample", pull.head.sha, { job: "test", conclusion: "success" });
  github.faults.decide(({ path }) => (path.startsWith("/graphql") ? { do: "status", status: 502 } : undefined));
  await bench.result("task merge", [String(number)]);
  await waitFor("the merge", async () => (await ask(`GET /pulls/${pull.number}`)).merged, 60_000);
  await waitFor("the end", async () => (await bench.result("task list")).tasks[0]?.status === "done", 30_000);
  expect((await cardsOf(scene)).join()).toBe(`${number} In Progress`);

  github.faults.clear();
  const synced = await waitFor("GitHub to be asked again", async () => {
    const { code, out } = await bench.orch(["--json", "board", "sync"]);
    return code === 0 ? (JSON.parse(out) as { moved: number }) : false;
  });
  expect(synced).toMatchObject({ added: 0, moved: 1, unchanged: 0, skipped: 0 });
  expect((await cardsOf(scene)).join()).toBe(`${number} Done`);
  expect(await bench.result("board link", ["none"])).toMatchObject({ board: null });
});

/** What stands on a board, as `number column`; asked of the REST side, which no fault of GraphQL's reaches. */
async function cardsOf({ github }: GitHubBench): Promise<readonly string[]> {
  const response = await fetch(`${github.url}/users/octo/projectsV2/1/items`, {
    headers: { authorization: `token ${github.token}` },
  });
  const items = (await response.json()) as readonly {
    content: { number: number };
    fields: readonly { name: string; value: { name: { raw: string } } | null }[];
  }[];
  return items.map(({ content, fields }) => {
    const status = fields.find(({ name }) => name === "Status")?.value;
    return `${content.number} ${status?.name.raw ?? "nowhere"}`;
  });
}

async function makeBoard({ github }: GitHubBench): Promise<string> {
  const graph = async (query: string, variables: object): Promise<unknown> => {
    const response = await fetch(`${github.url}/graphql`, {
      method: "POST",
      headers: { authorization: `token ${github.token}`, "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  };
  const { data } = (await graph(`{ viewer { id } }`, {})) as { data: { viewer: { id: string } } };
  const make = `mutation ($owner: ID!) { createProjectV2(input: { ownerId: $owner, title: "Work" }) { projectV2 { id } } }`;
  const made = (await graph(make, { owner: data.viewer.id })) as {
    data: { createProjectV2: { projectV2: { id: string } } };
  };
  return made.data.createProjectV2.projectV2.id;
}
