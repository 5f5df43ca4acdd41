import { asRecords, asString } from "../../model-server/wire/json-values.ts";
import { type Call, type Json, page, repositoryOf } from "../http/api.ts";
import type { World } from "../state/world.ts";
import { decorate, issueJson } from "./issue-json.ts";

/** The comments of one issue, or of all of them; `since` counts whole seconds, as GitHub does. `emulate` has neither. */
export async function listComments(call: Call, number: number | undefined): Promise<Response> {
  const repository = repositoryOf(call);
  const { world } = call.var;
  const { since = "", sort = "created", direction = "asc" } = call.req.query();
  const issues = `/repos/${repository.fullName}/issues`;
  if (number !== undefined) await issueJson(world, repository, number);
  const numbers = number === undefined ? await commented(world, issues) : [number];
  const lists = await Promise.all(numbers.map((each) => everyPage(world, `${issues}/${each}/comments?`)));
  const key = `${sort}_at`;
  const order = number === undefined && direction === "desc" ? -1 : 1;
  const found = lists.flat().filter((comment) => asString(comment["updated_at"]) >= since);
  const compare = (a: Json, b: Json): number =>
    order * (asString(a[key]).localeCompare(asString(b[key])) || Number(a["id"]) - Number(b["id"]));
  return page(call, decorate(world, found.toSorted(compare)) as Json[]);
}

async function commented(world: World, issues: string): Promise<readonly number[]> {
  const all = await everyPage(world, `${issues}?state=all&`);
  return all.filter(({ comments }) => Number(comments) > 0).map(({ number }) => Number(number));
}

/** All entries of a list of `emulate`; `path` ends so that parameters can follow. */
export async function everyPage(world: World, path: string): Promise<readonly Json[]> {
  const found: Json[] = [];
  for (let number = 1; ; number += 1) {
    const { body } = await world.backing.call("GET", `${path}per_page=100&page=${number}`);
    const entries = asRecords(body);
    found.push(...entries);
    if (entries.length < 100) return found;
  }
}
