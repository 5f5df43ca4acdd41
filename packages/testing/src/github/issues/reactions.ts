import { asRecord, asString } from "../../model-server/wire/json-values.ts";
import {
  type Api,
  bodyOf,
  type Call,
  type Json,
  numberOf,
  page,
  paramOf,
  repositoryFor,
  repositoryOf,
} from "../http/api.ts";
import { invalid, notFound } from "../http/refusal.ts";
import type { Repository } from "../state/repository.ts";
import { nodeId } from "../state/unique.ts";

const CONTENTS = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];

/** What can be reacted to: the path of each kind and how its reactions are kept. */
const TARGETS = [
  { path: "/repos/:owner/:repo/issues/comments/:target/reactions", kind: "comment" },
  { path: "/repos/:owner/:repo/pulls/comments/:target/reactions", kind: "review-comment" },
  { path: "/repos/:owner/:repo/issues/:target/reactions", kind: "issue" },
] as const;

/** Reactions to issues, comments and review comments. */
export function registerReactions(api: Api): void {
  for (const { path, kind } of TARGETS) {
    const listOf = (call: Call): Json[] => listed(repositoryOf(call), `${kind}:${numberOf(call, "target")}`);
    api.get(path, (call) => {
      const content = call.req.query("content");
      return page(
        call,
        listOf(call).filter((reaction) => content === undefined || reaction["content"] === content),
      );
    });
    api.post(path, async (call) => {
      repositoryFor(call, "read");
      if (!(await isThere(call, kind))) throw notFound();
      return react(call, listOf(call));
    });
    api.delete(`${path}/:reaction`, (call) => {
      const list = listOf(call);
      const index = list.findIndex(({ id }) => id === Number(paramOf(call, "reaction")));
      if (index < 0) throw notFound();
      list.splice(index, 1);
      return call.body(null, 204);
    });
  }
}

/** Whether what is reacted to is there. */
async function isThere(call: Call, kind: (typeof TARGETS)[number]["kind"]): Promise<boolean> {
  const repository = repositoryOf(call);
  const id = numberOf(call, "target");
  if (kind === "review-comment")
    return [...repository.pulls.values()].some(({ comments }) => comments.some((comment) => comment.id === id));
  const below = kind === "comment" ? "issues/comments" : "issues";
  const path = `/repos/${repository.fullName}/${below}/${id}`;
  return (await call.get("world").backing.call("GET", path)).status === 200;
}

async function react(call: Call, list: Json[]): Promise<Response> {
  const { world, actor } = call.var;
  const content = asString(bodyOf(call)["content"]);
  if (!CONTENTS.includes(content)) throw invalid({ resource: "Reaction", field: "content", code: "invalid" });
  const same = list.find(
    (reaction) => reaction["content"] === content && asRecord(reaction["user"])["login"] === actor.login,
  );
  if (same !== undefined) return call.json(same, 200);
  const id = world.nextId();
  const reaction = {
    id,
    node_id: nodeId("REA", id),
    user: await world.user(actor.login),
    content,
    created_at: world.now(),
  };
  list.push(reaction);
  return call.json(reaction, 201);
}

function listed(repository: Repository, key: string): Json[] {
  const known = repository.reactions.get(key) ?? [];
  repository.reactions.set(key, known);
  return known;
}

/** The counts that stand in an issue or comment. */
export function rollup(repository: Repository, key: string, url: string): Json {
  const list = repository.reactions.get(key) ?? [];
  const counts = CONTENTS.map((name) => [name, list.filter(({ content }) => content === name).length] as const);
  return { url: `${url}/reactions`, total_count: list.length, ...Object.fromEntries(counts) };
}
