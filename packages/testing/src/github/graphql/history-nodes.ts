import type { Json } from "../http/api.ts";
import type { IssueAct, Repository } from "../state/repository.ts";
import { nodeId } from "../state/unique.ts";
import type { World } from "../state/world.ts";
import { actorNode, type Node } from "./actor-node.ts";
import { connection, type Connection, type ListArguments } from "./connection.ts";

const ITEMS = {
  labelled: { type: "LabeledEvent", enum: "LABELED_EVENT" },
  renamed: { type: "RenamedTitleEvent", enum: "RENAMED_TITLE_EVENT" },
  closed: { type: "ClosedEvent", enum: "CLOSED_EVENT" },
  reopened: { type: "ReopenedEvent", enum: "REOPENED_EVENT" },
  uncommented: { type: "CommentDeletedEvent", enum: "COMMENT_DELETED_EVENT" },
} as const;

type Lister = (options: ListArguments & { readonly itemTypes?: readonly string[] | null }) => Connection<Node>;

/** What happened to an issue, of these kinds; the stand-in keeps no other. */
export function timelineOf(world: World, { acts }: Repository, number: number): Lister {
  return ({ itemTypes, ...options }) => {
    const items = acts.flatMap((act, index) => {
      const kind = act.what === "edited" ? undefined : ITEMS[act.what];
      const isAsked = kind !== undefined && (itemTypes?.includes(kind.enum) ?? true);
      return act.number === number && isAsked ? [itemNode(world, { act, index, type: kind.type })] : [];
    });
    return connection(items, options);
  };
}

function itemNode(
  world: World,
  { act, index, type }: { readonly act: IssueAct; readonly index: number; readonly type: string },
): Node {
  return {
    __typename: type,
    id: nodeId("E", String(index)),
    createdAt: act.at,
    actor: () => person(world, act.by),
    ...(act.label === undefined ? {} : { label: { __typename: "Label", name: act.label["name"] } }),
  };
}

/** The edits of an issue's text or of a comment. As on GitHub the first of them is how it was written. */
export function editsOf(
  world: World,
  { acts }: Repository,
  { json, comment }: { readonly json: Json; readonly comment?: number },
): Lister {
  const isMeant = (act: IssueAct): boolean =>
    comment === undefined ? act.number === json["number"] && act.comment === undefined : act.comment === comment;
  return (options) => {
    const type = { __typename: "UserContentEdit" };
    const edits = acts
      .filter((act) => act.what === "edited" && isMeant(act))
      .map(({ by, at }): Node => ({ ...type, editedAt: at, editor: () => person(world, by) }));
    const written = { ...type, editedAt: json["created_at"], editor: () => actorNode(world, json["user"]) };
    return connection(edits.length === 0 ? [] : [written, ...edits], options);
  };
}

async function person(world: World, login: string): Promise<Node | null> {
  return actorNode(world, await world.user(login));
}
