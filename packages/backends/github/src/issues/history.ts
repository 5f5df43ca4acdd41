import { isOrchError, orchError, type Forge, type ForgeAct, type IssueHistory } from "@orch/core";
import { z } from "zod";

import { ISSUE_HISTORY } from "../client/queries.ts";
import type { Repository } from "../repository.ts";
import { userOf } from "../shapes.ts";

const who = z.object({ __typename: z.string(), login: z.string(), databaseId: z.int().nullish() }).nullable();
const edits = z
  .object({
    pageInfo: z.object({ hasNextPage: z.boolean() }),
    nodes: z.array(z.object({ editedAt: z.string(), editor: who })),
  })
  .nullable();
const happening = z.object({
  __typename: z.string(),
  createdAt: z.string(),
  actor: who,
  label: z.object({ name: z.string() }).optional(),
});
const issue = z.object({
  title: z.string(),
  body: z.string(),
  userContentEdits: edits,
  comments: z.object({
    pageInfo: z.object({ hasNextPage: z.boolean() }),
    nodes: z.array(z.object({ databaseId: z.int(), body: z.string(), userContentEdits: edits })),
  }),
  timelineItems: z.object({ pageInfo: z.object({ hasPreviousPage: z.boolean() }), nodes: z.array(happening) }),
});
const answer = z.object({ repository: z.object({ issue: issue.nullable() }) });

/** What of the timeline changes an issue's words, and what its state. */
const EDITS: ReadonlySet<string> = new Set(["RenamedTitleEvent", "CommentDeletedEvent"]);
const STATES: ReadonlyMap<string, "open" | "closed"> = new Map([
  ["ClosedEvent", "closed"],
  ["ReopenedEvent", "open"],
]);

type Who = z.infer<typeof who>;
type Edits = z.infer<typeof edits>;

/** What GitHub tells of an issue's past, by GraphQL: REST names nobody who edited. */
export function historyOf({ client, at }: Repository): Pick<Forge, "history"> {
  return {
    async history(id) {
      try {
        const told = await client.graphql("dispatch", ISSUE_HISTORY, { ...at, number: Number(id) });
        const read = answer.safeParse(told);
        if (!read.success)
          throw orchError("forge_unreachable", "GitHub's answer about an issue's past is no whole one");
        return read.data.repository.issue === null ? undefined : pastOf(read.data.repository.issue);
      } catch (error) {
        if (isOrchError(error, "forge_missing")) return undefined;
        throw error;
      }
    },
  };
}

function pastOf(row: z.infer<typeof issue>): IssueHistory {
  const { title, body, comments, timelineItems: line } = row;
  const said = comments.nodes;
  const lists: readonly { readonly list: Edits; readonly of: { readonly comment?: number } }[] = [
    { list: row.userContentEdits, of: {} },
    ...said.map(({ databaseId: comment, userContentEdits: list }) => ({ list, of: { comment } })),
  ];
  const isWhole =
    !comments.pageInfo.hasNextPage &&
    !line.pageInfo.hasPreviousPage &&
    lists.every(({ list }) => list?.pageInfo.hasNextPage !== true);
  const changes = [
    ...lists.flatMap(({ list, of }) =>
      (list?.nodes ?? []).map(({ editedAt, editor }) => ({ ...actOf(editor, editedAt), ...of })),
    ),
    ...line.nodes.flatMap(({ __typename, actor, createdAt }) =>
      EDITS.has(__typename) ? [actOf(actor, createdAt)] : [],
    ),
  ];
  return {
    title,
    body,
    comments: new Map(said.map((comment) => [comment.databaseId, comment.body])),
    labelled: line.nodes.flatMap(({ label, actor, createdAt }) =>
      label === undefined ? [] : [{ ...actOf(actor, createdAt), label: label.name }],
    ),
    states: line.nodes.flatMap(({ __typename, actor, createdAt }) => {
      const state = STATES.get(__typename);
      return state === undefined ? [] : [{ ...actOf(actor, createdAt), state }];
    }),
    ...(isWhole ? { edits: changes.toSorted((one, other) => one.at - other.at) } : {}),
  };
}

function actOf(by: Who, at: string): ForgeAct {
  const known = typeof by?.databaseId === "number" ? { login: by.login, id: by.databaseId, type: by.__typename } : null;
  return { by: userOf(known), at: Date.parse(at) };
}
