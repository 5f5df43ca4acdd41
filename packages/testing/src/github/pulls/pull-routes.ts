import { asString } from "../../model-server/wire/json-values.ts";
import {
  type Api,
  bodyOf,
  type Call,
  type Json,
  numberOf,
  page,
  repositoryFor,
  repositoryOf,
  stringsOf,
} from "../http/api.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import { tellIssueChange } from "../issues/issue-events.ts";
import { issueJson } from "../issues/issue-json.ts";
import type { Repository } from "../state/repository.ts";
import { emit } from "../webhooks/emit.ts";
import { closePull } from "./close-pull.ts";
import { commitJson, fileJson } from "./commit-json.ts";
import { mergePull } from "./merge.ts";
import { fullPullJson, pullJson, rangeOf } from "./pull-json.ts";
import type { Pull } from "./pull.ts";

const PULLS = "/repos/:owner/:repo/pulls";
const ONE = `${PULLS}/:number`;

/** Pull requests on real git. */
export function registerPulls(api: Api): void {
  api.get(PULLS, listPulls);
  api.post(PULLS, createPull);
  api.get(ONE, async (call) => {
    const { repository, pull } = pullOf(call);
    if (call.req.header("accept")?.includes("diff") === true) {
      return call.text(`${await repository.git.git("diff", await rangeOf(repository, pull))}\n`);
    }
    return call.json(await fullPullJson(call.get("world"), repository, pull));
  });
  api.patch(ONE, changePull);
  api.get(`${ONE}/commits`, async (call) => {
    const { repository, pull } = pullOf(call);
    const names = (await repository.git.git("rev-list", "--reverse", await rangeOf(repository, pull))).split("\n");
    const shas = names.filter((name) => name !== "");
    return page(call, await Promise.all(shas.map((sha) => commitJson(call.get("world"), repository, sha))));
  });
  api.get(`${ONE}/files`, async (call) => {
    const { repository, pull } = pullOf(call);
    return page(
      call,
      await fileJson(call.get("world"), repository, { range: await rangeOf(repository, pull), sha: pull.headSha }),
    );
  });
  api.get(`${ONE}/merge`, (call) =>
    pullOf(call).pull.mergedAt === null ? call.json(notFound().body, 404) : call.body(null, 204),
  );
  api.put(`${ONE}/merge`, async (call) => {
    const repository = repositoryFor(call, "write");
    return call.json(await mergePull(call, repository, pullOf(call).pull));
  });
  api.put(`${ONE}/update-branch`, updateBranch);
  api.post(`${ONE}/requested_reviewers`, requestReviewers);
  api.delete(`${ONE}/requested_reviewers`, requestReviewers);
}

/** The pull request that the path names, or 404. */
export function pullOf(call: Call): { repository: Repository; pull: Pull } {
  const repository = repositoryOf(call);
  const pull = repository.pulls.get(numberOf(call, "number"));
  if (pull === undefined) throw notFound();
  return { repository, pull };
}

async function listPulls(call: Call): Promise<Response> {
  const repository = repositoryOf(call);
  const { state = "open", head, base, sort = "created", direction } = call.req.query();
  const found = [...repository.pulls.values()].filter(
    (pull) =>
      (state === "all" || pull.state === state) &&
      (base === undefined || pull.baseRef === base) &&
      (head === undefined ||
        `${pull.headRepository.split("/")[0]}:${pull.headRef}`.toLowerCase() === head.toLowerCase()),
  );
  const all = await Promise.all(found.map((pull) => pullJson(call.get("world"), repository, pull)));
  const key = sort === "updated" ? "updated_at" : "number";
  const order = (direction ?? (sort === "created" ? "desc" : "asc")) === "asc" ? 1 : -1;
  const compare = (a: Json, b: Json): number =>
    order * (key === "number" ? Number(a[key]) - Number(b[key]) : asString(a[key]).localeCompare(asString(b[key])));
  return page(call, all.toSorted(compare));
}

async function createPull(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "read");
  const { world, actor } = call.var;
  const body = bodyOf(call);
  const ends = await endsOf(call, repository);
  if (body["draft"] === true && repository.settings["allow_drafts"] === false)
    throw new Refusal(422, "Draft pull requests are not supported in this repository.");
  const { status, body: made } = await world.backing.call("POST", `/repos/${repository.fullName}/issues`, {
    ...(actor.token === undefined ? {} : { token: actor.token }),
    body: { title: asString(body["title"]), body: body["body"] ?? null },
  });
  if (status !== 201) throw new Refusal(status, "Validation Failed");
  const number = Number((made as Json)["number"]);
  await repository.git.git("update-ref", `refs/pull/${number}/head`, ends.headSha);
  const fresh = {
    id: world.nextId(),
    number,
    author: actor.login,
    draft: body["draft"] === true,
    state: "open",
  } as const;
  const unmerged = { mergedAt: null, mergedBy: null, mergeCommit: null, autoMerge: null, closedAt: null };
  const parts = { reviewers: new Set<string>(), reviews: [], comments: [], resolved: new Set<number>() };
  const pull: Pull = { ...fresh, ...ends, ...unmerged, ...parts };
  repository.pulls.set(number, pull);
  const after = await issueJson(world, repository, number);
  await tellIssueChange(world, repository, { before: undefined, after, by: actor });
  return call.json(await pullJson(world, repository, pull), 201);
}

/** Head and base of a new pull request; GitHub's refusals when they don't do. */
async function endsOf(
  call: Call,
  repository: Repository,
): Promise<Pick<Pull, "headRepository" | "headRef" | "headSha" | "baseRef" | "baseSha">> {
  const body = bodyOf(call);
  const [headRef = "", headOwner = repository.owner] = asString(body["head"]).split(":").toReversed();
  const baseRef = asString(body["base"]);
  const baseSha = await repository.git.resolve(`refs/heads/${baseRef}`);
  if (baseSha === undefined) throw invalid({ resource: "PullRequest", field: "base", code: "invalid" });
  const source = sourceOf(call, repository, headOwner);
  const headSha = await source?.git.resolve(`refs/heads/${headRef}`);
  if (source === undefined || headSha === undefined)
    throw invalid({ resource: "PullRequest", field: "head", code: "invalid" });
  if (asString(body["title"]) === "") throw invalid({ resource: "PullRequest", field: "title", code: "missing_field" });
  if (source !== repository) await repository.git.git("fetch", "--quiet", source.git.path, `refs/heads/${headRef}`);
  const twin = [...repository.pulls.values()].find(
    (pull) =>
      pull.state === "open" &&
      pull.headRepository === source.fullName &&
      pull.headRef === headRef &&
      pull.baseRef === baseRef,
  );
  const custom = (message: string): Json => ({ resource: "PullRequest", code: "custom", message });
  if (twin !== undefined) throw invalid(custom(`A pull request already exists for ${headOwner}:${headRef}.`));
  if (await repository.git.isAncestor(headSha, baseSha))
    throw invalid(custom(`No commits between ${baseRef} and ${headRef}`));
  return { headRepository: source.fullName, headRef, headSha, baseRef, baseSha };
}

function sourceOf(call: Call, repository: Repository, owner: string): Repository | undefined {
  if (owner.toLowerCase() === repository.owner.toLowerCase()) return repository;
  const all = [...call.get("world").repositories.values()];
  return all.find((other) => other.forkOf === repository.fullName && other.owner.toLowerCase() === owner.toLowerCase());
}

async function changePull(call: Call): Promise<Response> {
  const { repository, pull } = pullOf(call);
  const { world, actor } = call.var;
  const body = bodyOf(call);
  if (actor.login !== pull.author) repositoryFor(call, "triage");
  if (body["state"] === "open" && pull.mergedAt !== null) {
    throw invalid({
      resource: "PullRequest",
      code: "custom",
      field: "state",
      message: "state cannot be changed. The pull request cannot be reopened.",
    });
  }
  const before = await issueJson(world, repository, pull.number);
  const kept = Object.fromEntries(
    ["title", "body", "state"].filter((field) => body[field] !== undefined).map((field) => [field, body[field]]),
  );
  await world.backing.call("PATCH", `/repos/${repository.fullName}/issues/${pull.number}`, {
    ...(actor.token === undefined ? {} : { token: actor.token }),
    body: kept,
  });
  const base = asString(body["base"]);
  if (base !== "") {
    const baseSha = await repository.git.resolve(`refs/heads/${base}`);
    if (baseSha === undefined) throw invalid({ resource: "PullRequest", field: "base", code: "invalid" });
    Object.assign(pull, { baseRef: base, baseSha });
  }
  const after = await issueJson(world, repository, pull.number);
  if (before["state"] !== after["state"]) closePull(world, pull, after["state"] === "closed");
  await tellIssueChange(world, repository, { before, after, by: actor });
  return call.json(await fullPullJson(world, repository, pull));
}

async function updateBranch(call: Call): Promise<Response> {
  const { repository, pull } = pullOf(call);
  const { world, actor } = call.var;
  const expected = asString(bodyOf(call)["expected_head_sha"]);
  if (expected !== "" && expected !== pull.headSha) {
    throw new Refusal(422, `expected head sha didn’t match current head ref.`);
  }
  const base = await repository.git.git("rev-parse", `refs/heads/${pull.baseRef}`);
  const tree = await repository.git.mergeTree(pull.headSha, base);
  if (tree === undefined) throw new Refusal(422, "merge conflict between base and head");
  const source = world.find(pull.headRepository) ?? repository;
  const before = await source.git.branches();
  const message = `Merge branch '${pull.baseRef}' into ${pull.headRef}`;
  const by = { name: actor.login, email: `${actor.login}@users.noreply.github.com` };
  const sha = await repository.git.commitTree(tree, { parents: [pull.headSha, base], message, by });
  await source.git.git("update-ref", `refs/heads/${pull.headRef}`, sha);
  await world.takeInPush(source, before, actor);
  return call.json(
    { message: "Updating pull request branch.", url: `${world.url}/repos/${repository.fullName}/pulls/${pull.number}` },
    202,
  );
}

async function requestReviewers(call: Call): Promise<Response> {
  const { repository, pull } = pullOf(call);
  repositoryFor(call, "triage");
  const { world, actor } = call.var;
  const isAdding = call.req.method === "POST";
  for (const login of stringsOf(bodyOf(call)["reviewers"])) {
    if (isAdding && login === pull.author)
      throw new Refusal(422, "Review cannot be requested from pull request author.");
    if (isAdding) pull.reviewers.add(login);
    else pull.reviewers.delete(login);
    const action = isAdding ? "review_requested" : "review_request_removed";
    const shown = await pullJson(world, repository, pull);
    const payload = { action, number: pull.number, pull_request: shown, requested_reviewer: await world.user(login) };
    await emit(world, repository, { event: "pull_request", payload, by: actor });
  }
  return call.json(await pullJson(world, repository, pull), isAdding ? 201 : 200);
}
