import { systemClock } from "@orch/core";
import { graphqlProblems, startGitHub } from "@orch/testing/github";
import { expect, onTestFinished, test } from "vitest";

import { addCards, cardsQuery, LIST_BOARDS, moveCards, READ_BOARD } from "../src/boards/board-queries.ts";
import { MARK_READY } from "../src/client/queries.ts";
import { createGitHubForge, givenToken } from "../src/index.ts";

test("every question of GraphQL is one that GitHub's published schema knows", () => {
  const sizes = [1, 2, 50];
  const all = [
    MARK_READY,
    LIST_BOARDS,
    READ_BOARD,
    ...sizes.flatMap((n) => [cardsQuery(n), addCards(n), moveCards(n)]),
  ];
  expect(all.flatMap((query) => graphqlProblems(query))).toEqual([]);
});

type Made = Readonly<Record<string, Readonly<Record<string, { readonly id: string }>>>>;

async function scene() {
  const github = await startGitHub({ user: "octo" });
  onTestFinished(() => github[Symbol.asyncDispose]());
  const access = givenToken(github.token);
  const forge = createGitHubForge({ repository: "octo/sample", apiUrl: github.url, access, clock: systemClock });

  async function graph<Data = Made>(query: string, variables: object): Promise<Data> {
    const response = await fetch(`${github.url}/graphql`, {
      method: "POST",
      headers: { authorization: `token ${github.token}`, "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    const { data } = (await response.json()) as { data: Data };
    return data;
  }
  const owner = (await graph<{ viewer: { id: string } }>(`{ viewer { id } }`, {})).viewer.id;
  const make = `mutation ($owner: ID!) { createProjectV2(input: { ownerId: $owner, title: "Work" }) { projectV2 { id } } }`;
  const id = (await graph(make, { owner }))["createProjectV2"]?.["projectV2"]?.id ?? "";
  return { github, forge, graph, id };
}

test("boards are listed and read with the field that their columns are made of", async () => {
  const { forge, id } = await scene();
  const [listed, ...others] = await forge.boards.list();
  expect(listed).toMatchObject({ id, number: 1, title: "Work", closed: false, owner: "octo" });
  expect(others).toEqual([]);
  const board = await forge.boards.read({ id });
  expect(board?.status?.options.map(({ name }) => name)).toEqual(["Todo", "In Progress", "Done"]);
  const byId = await forge.boards.read({ id, status: board?.status?.id ?? "" });
  expect(byId?.status?.name).toBe("Status");
  expect((await forge.boards.read({ id, status: "Phase" }))?.status).toBeUndefined();
  expect(await forge.boards.read({ id: "PVT_nothing" })).toBeUndefined();
});

test("cards are put there once and moved; what is gone or archived is left alone", { timeout: 60_000 }, async () => {
  const { github, forge, graph, id } = await scene();
  const numbers: number[] = [];
  for (let count = 1; count <= 23; count += 1) {
    const opened = await forge.openIssue({ title: `Issue ${count}`, body: "", labels: [], marker: `m${count}` });
    numbers.push(Number(opened.id));
  }
  const status = (await forge.boards.read({ id }))?.status;
  const [todo, doing] = status?.options.map((option) => option.id) ?? [];
  const show = (option = "", issues = numbers) => {
    const field = { id: status?.id ?? "", name: "Status" };
    return forge.boards.show({ board: id, field, cards: issues.map((issue) => ({ issue, option })) });
  };
  expect(await show(todo, [...numbers, 999])).toEqual({ added: 23, moved: 23, unchanged: 0, skipped: 1 });
  const before = github.requests().length;
  expect(await show(todo)).toEqual({ added: 0, moved: 0, unchanged: 23, skipped: 0 });
  expect(github.requests().length - before).toBe(1);
  const items = `query ($id: ID!) { node(id: $id) { ... on ProjectV2 { items(first: 1) { nodes { id } } } } }`;
  const { node } = await graph<{ node: { items: { nodes: { id: string }[] } } }>(items, { id });
  const item = node.items.nodes[0]?.id ?? "";
  const archive = `mutation ($id: ID!, $item: ID!) { archiveProjectV2Item(input: { projectId: $id, itemId: $item }) { item { id } } }`;
  await graph(archive, { id, item });
  expect(await show(doing)).toEqual({ added: 0, moved: 22, unchanged: 0, skipped: 1 });
  expect(forge.budget().points).toBeGreaterThan(0);
});
