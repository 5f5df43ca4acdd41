import { isOrchError, type Forge, type ForgeComment } from "@orch/core";

import { orAbsent } from "../client/forge-errors.ts";
import { everyPage, type Repository } from "../repository.ts";
import { commentOf, type CommentRow } from "../shapes.ts";
import { markedText, markLine } from "../text.ts";

type CommentMethods = Pick<Forge, "comments" | "putComment" | "react">;

/** How the status comment of an earlier orch begins, which was not signed (seed row B51). */
const EARLIER_STATUS = "<!-- orch:status -->";

/** So many own comments are remembered, to change them without a look through their thread. */
const REMEMBERED = 500;

/** An own comment as orch wrote it last. */
interface Remembered {
  readonly id: number;
  readonly text: string;
}

/**
 * Comments below issues and pull requests. Ours are known by their author's id and a marker, never by the marker alone:
 * anybody can copy one, into a comment of before as well.
 */
export function commentsOf(repository: Repository): CommentMethods {
  const { client, at } = repository;
  const { remembered, remember } = writtenLast();
  const inTurn = oneByOne<number>();

  async function listed(thread: number): Promise<readonly CommentRow[]> {
    const rest = client.rest("dispatch");
    return everyPage((page) => rest.issues.listComments({ ...at, issue_number: thread, ...page }));
  }
  async function own(thread: number, marker: string): Promise<CommentRow | undefined> {
    const { id } = await repository.self();
    const selves = await repository.selves();
    const mark = markLine(marker);
    const ours = (await listed(thread)).filter(({ user }) => typeof user?.id === "number" && selves.has(user.id));
    // What orch wrote as somebody else may not be its own to change: what it wrote since comes first.
    const mine = [...ours.filter(({ user }) => user?.id === id), ...ours.filter(({ user }) => user?.id !== id)];
    const found = mine.find(({ body }) => body?.includes(mark) === true);
    if (found !== undefined || !marker.startsWith("orch:status")) return found;
    return mine.find(({ body }) => body?.startsWith(EARLIER_STATUS) === true);
  }
  /** False when the comment is gone. */
  async function change(comment: number, body: string): Promise<boolean> {
    const rest = client.rest("status");
    return (await orAbsent(rest.issues.updateComment({ ...at, comment_id: comment, body }))) !== undefined;
  }
  /** The same; also false for one that orch wrote as somebody else, and may not change any more. */
  async function changeFound({ id, user }: CommentRow, body: string): Promise<boolean> {
    try {
      return await change(id, body);
    } catch (error) {
      const isOthers = user?.id !== (await repository.self()).id;
      if (isOthers && isOrchError(error, "forge_denied")) return false;
      throw error;
    }
  }

  async function put(key: string, { thread, marker, body }: Parameters<Forge["putComment"]>[0]): Promise<number> {
    const text = markedText(body, marker);
    const known = remembered.get(key);
    if (known?.text === text) return known.id;
    if (known !== undefined && (await change(known.id, text))) return remember(key, { id: known.id, text });
    const found = await own(thread, marker);
    if (found !== undefined && (found.body === text || (await changeFound(found, text))))
      return remember(key, { id: found.id, text });
    const { data } = await client.rest("status").issues.createComment({ ...at, issue_number: thread, body: text });
    return remember(key, { id: data.id, text });
  }

  return {
    async comments(thread) {
      return (await listed(thread)).map((row): ForgeComment => commentOf(row));
    },
    putComment(wish) {
      const key = `${wish.thread} ${wish.marker}`;
      // Two that look at the same time would both find nothing, and both write it.
      return inTurn(key, () => put(key, wish));
    },
    async react({ comment, content }) {
      await client.rest("status").reactions.createForIssueComment({ ...at, comment_id: comment, content });
    },
  };
}

/** Runs what has the same key one after the other, also after one that failed. */
function oneByOne<Result>(): (key: string, work: () => Promise<Result>) => Promise<Result> {
  const underWay = new Map<string, Promise<Result>>();
  return async (key, work) => {
    const before = underWay.get(key);
    const mine = before === undefined ? work() : before.then(work, work);
    underWay.set(key, mine);
    try {
      return await mine;
    } finally {
      if (underWay.get(key) === mine) underWay.delete(key);
    }
  };
}

/** Own comments by thread and marker, as they were written last; the oldest are forgotten. */
function writtenLast(): {
  readonly remembered: ReadonlyMap<string, Remembered>;
  /** Gives the comment's id. */
  readonly remember: (key: string, written: Remembered) => number;
} {
  const remembered = new Map<string, Remembered>();
  function remember(key: string, { id, text }: Remembered): number {
    remembered.delete(key);
    remembered.set(key, { id, text });
    const [oldest] = remembered.keys();
    if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    return id;
  }
  return { remembered, remember };
}
