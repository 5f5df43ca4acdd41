import type { Forge, ForgeComment } from "@orch/core";

import type { Client } from "../client/client.ts";
import { commentShape, parse } from "./shapes.ts";
import { clip, markLine } from "./text.ts";

/** Comments below issues and pull requests. `self` gives the id of the token's owner. */
export function commentParts(
  client: Client,
  self: () => Promise<number>,
): Pick<Forge, "comments" | "putComment" | "react"> {
  async function comments(thread: number): Promise<readonly ForgeComment[]> {
    return (await client.list(`/issues/${thread}/comments`)).map((body) => parse(commentShape, body));
  }

  return {
    comments,
    async putComment({ thread, marker, body }) {
      const mark = markLine(marker);
      const text = clip(body, mark);
      const own = await self();
      const there = (await comments(thread)).find((each) => each.author.id === own && each.body.includes(mark));
      if (there === undefined) {
        return parse(commentShape, await client.write(`POST /issues/${thread}/comments`, { body: text })).id;
      }
      if (there.body !== text) await client.write(`PATCH /issues/comments/${there.id}`, { body: text });
      return there.id;
    },
    async react({ comment, content }) {
      // GitHub answers the reaction that is there when the same account adds it again.
      await client.write(`POST /issues/comments/${comment}/reactions`, { content });
    },
  };
}
