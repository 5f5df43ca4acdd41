import type { Board, BoardCard, BoardOutcome, Boards, BoardSummary } from "@orch/core";
import { z } from "zod";

import { orAbsent } from "../client/forge-errors.ts";
import type { Repository } from "../repository.ts";
import { addCards, cardsQuery, LIST_BOARDS, moveCards, READ_BOARD } from "./board-queries.ts";

/** How many issues one question is about, and how many cards one request changes. */
const ASKED_AT_ONCE = 50;
const CHANGED_AT_ONCE = 20;

const owner = z.object({ login: z.string().default("") });
const summary = z.object({
  id: z.string(),
  number: z.number(),
  title: z.string(),
  url: z.string(),
  closed: z.boolean(),
  owner: owner.nullish(),
});
const list = z.object({ nodes: z.array(summary.nullable()).nullable() });
const lists = z.object({
  repository: z.object({ projectsV2: list.nullish(), owner: z.object({ projectsV2: list.nullish() }).nullish() }),
});
const choices = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  options: z.array(z.object({ id: z.string(), name: z.string() })).optional(),
});
/** Any other node has none of this. */
const board = z.object({
  node: summary.extend({ fields: z.object({ nodes: z.array(choices.nullable()).nullable() }) }),
});
const card = z.object({
  id: z.string(),
  isArchived: z.boolean(),
  project: z.object({ id: z.string() }),
  fieldValueByName: z.object({ optionId: z.string().nullish() }).nullish(),
});
const issues = z.object({
  repository: z.record(
    z.string(),
    z.object({ id: z.string(), projectItems: z.object({ nodes: z.array(card.nullable()).nullable() }) }).nullable(),
  ),
});
const added = z.record(z.string(), z.object({ item: z.object({ id: z.string() }).nullable() }).nullable());

/** The boards of a repository, in the lane that waits for all others. */
export function boardsOf(repository: Repository): Boards {
  const ask = (query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown> =>
    repository.client.graphql("housekeeping", query, variables);
  return {
    async list() {
      const { owner: login, repo: name } = repository.at;
      const found = lists.parse(await ask(LIST_BOARDS, { owner: login, name })).repository;
      const all = [found.projectsV2, found.owner?.projectsV2].flatMap((part) => part?.nodes ?? []);
      const boards = all.flatMap((row) => (row === null ? [] : [summaryOf(row)]));
      return boards.filter(({ id }, index) => boards.findIndex((other) => other.id === id) === index);
    },
    read: (request) => read(ask, request),
    show: (request) => show({ ...request, ask, at: repository.at }),
  };
}

type Ask = (query: string, variables: Readonly<Record<string, unknown>>) => Promise<unknown>;

function summaryOf({ owner: whose, ...row }: z.infer<typeof summary>): BoardSummary {
  const { id, number, title, url, closed } = row;
  return { id, number, title, url, closed, owner: whose?.login ?? "" };
}

async function read(ask: Ask, request: Parameters<Boards["read"]>[0]): Promise<Board | undefined> {
  const answer = await orAbsent(ask(READ_BOARD, { id: request.id }));
  const { data } = board.safeParse(answer);
  if (data === undefined) return undefined;
  const { node } = data;
  const { status = "Status" } = request;
  const isWanted = (said?: string): boolean => said === status || said?.toLowerCase() === status.toLowerCase();
  const field = (node.fields.nodes ?? []).find((one) => isWanted(one?.id) || isWanted(one?.name));
  if (field?.id === undefined || field.name === undefined || field.options === undefined) return summaryOf(node);
  return { ...summaryOf(node), status: { id: field.id, name: field.name, options: field.options } };
}

type Showing = Parameters<Boards["show"]>[0] & { readonly ask: Ask; readonly at: Repository["at"] };

/** An issue with its card on the board, as it was found. */
interface Located extends BoardCard {
  readonly content: string;
  readonly item?: { readonly id: string; readonly option: string | undefined; readonly archived: boolean };
}

async function show(showing: Showing): Promise<BoardOutcome> {
  const sum = { added: 0, moved: 0, unchanged: 0, skipped: 0 };
  for (const cards of inParts(showing.cards, ASKED_AT_ONCE)) {
    const located = await locate(showing, cards);
    const open = located.filter(({ item }) => item?.archived !== true);
    const wrong = open.filter(({ item, option }) => item?.option !== option);
    sum.skipped += cards.length - open.length;
    sum.unchanged += open.length - wrong.length;
    for (const part of inParts(wrong, CHANGED_AT_ONCE)) {
      const items = await itemsOf(showing, part);
      await move(showing, items);
      sum.added += part.filter(({ item }) => item === undefined).length;
      sum.moved += items.length;
    }
  }
  return sum;
}

/** Where the cards are. An issue that is gone spoils the whole answer, so those beside it are asked for apart. */
async function locate(showing: Showing, cards: readonly BoardCard[]): Promise<readonly Located[]> {
  const { ask, at, board: id, field } = showing;
  const numbers = Object.fromEntries(cards.map(({ issue }, index) => [`n${index}`, issue]));
  const variables = { owner: at.owner, name: at.repo, field: field.name, ...numbers };
  const answer = await orAbsent(ask(cardsQuery(cards.length), variables));
  if (answer === undefined) {
    if (cards.length < 2) return [];
    const half = Math.ceil(cards.length / 2);
    return [...(await locate(showing, cards.slice(0, half))), ...(await locate(showing, cards.slice(half)))];
  }
  const rows = issues.parse(answer).repository;
  return cards.flatMap((card, index) => {
    const row = rows[`i${index}`];
    if (row === null || row === undefined) return [];
    const item = (row.projectItems.nodes ?? []).find((one) => one?.project.id === id);
    const known = { ...card, content: row.id };
    if (item === null || item === undefined) return [known];
    const option = item.fieldValueByName?.optionId ?? undefined;
    return [{ ...known, item: { id: item.id, option, archived: item.isArchived } }];
  });
}

/** The cards of issues, put on the board where they are not there; GitHub gives the same card for the same issue. */
async function itemsOf(
  { ask, board: id }: Showing,
  cards: readonly Located[],
): Promise<readonly { readonly id: string; readonly option: string }[]> {
  const fresh = cards.filter(({ item }) => item === undefined);
  const known = cards.flatMap(({ item, option }) => (item === undefined ? [] : [{ id: item.id, option }]));
  if (fresh.length === 0) return known;
  const contents = Object.fromEntries(fresh.map(({ content }, index) => [`c${index}`, content]));
  const rows = added.parse(await ask(addCards(fresh.length), { board: id, ...contents }));
  const made = fresh.flatMap(({ option }, index) => {
    const item = rows[`a${index}`]?.item;
    return item === null || item === undefined ? [] : [{ id: item.id, option }];
  });
  return [...known, ...made];
}

async function move(
  { ask, board: id, field }: Showing,
  items: readonly { readonly id: string; readonly option: string }[],
): Promise<void> {
  if (items.length === 0) return;
  const targets = items.flatMap(({ id: item, option }, index) => [
    [`t${index}`, item] as const,
    [`o${index}`, option] as const,
  ]);
  await ask(moveCards(items.length), { board: id, field: field.id, ...Object.fromEntries(targets) });
}

function inParts<Value>(values: readonly Value[], size: number): readonly (readonly Value[])[] {
  const count = Math.ceil(values.length / size);
  return Array.from({ length: count }, (_, index) => values.slice(index * size, (index + 1) * size));
}
