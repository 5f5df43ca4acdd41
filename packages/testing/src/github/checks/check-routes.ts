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
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import { commitJson } from "../pulls/commit-json.ts";
import type { Repository } from "../state/repository.ts";
import { nodeId } from "../state/unique.ts";
import type { Actor, World } from "../state/world.ts";
import { emit } from "../webhooks/emit.ts";
import { checkRunJson, numberFrom, statusJson } from "./check-json.ts";
import { latestCheckRuns, latestStatuses } from "./combined.ts";
import type { CheckRun } from "./records.ts";

const REPO = "/repos/:owner/:repo";
const STATES = ["error", "failure", "pending", "success"];

/** Commit statuses and check runs. */
export function registerChecks(api: Api): void {
  api.post(`${REPO}/statuses/:sha`, createStatus);
  api.get(`${REPO}/commits/:ref/statuses`, async (call) => {
    const { repository, sha } = await commitOf(call);
    const all = repository.statuses.filter((status) => status.sha === sha).toReversed();
    return page(
      call,
      all.map((status) => statusJson(call.get("world"), repository, status)),
    );
  });
  api.get(`${REPO}/commits/:ref/status`, combinedStatus);
  api.get(`${REPO}/commits/:ref/check-runs`, async (call) => {
    const { repository, sha } = await commitOf(call);
    const { check_name: name, status, filter = "latest" } = call.req.query();
    const runs =
      filter === "all" ? repository.checkRuns.filter((run) => run.sha === sha) : latestCheckRuns(repository, sha);
    const found = runs.filter(
      (run) => (name === undefined || run.name === name) && (status === undefined || run.status === status),
    );
    const shown = found.map((run) => checkRunJson(call.get("world"), repository, run));
    return page(call, shown, (check_runs) => ({ total_count: shown.length, check_runs }));
  });
  api.post(`${REPO}/check-runs`, createCheckRun);
  api.get(`${REPO}/check-runs/:run`, (call) =>
    call.json(checkRunJson(call.get("world"), repositoryOf(call), runOf(call))),
  );
  api.get(`${REPO}/check-runs/:run/annotations`, (call) => page(call, [runOf(call)].slice(1)));
  api.patch(`${REPO}/check-runs/:run`, async (call) => {
    asApp(call);
    const run = runOf(call);
    changeRun(call.get("world"), run, bodyOf(call));
    await tellCheckRun(call.get("world"), repositoryOf(call), { run, action: "completed", by: call.get("actor") });
    return call.json(checkRunJson(call.get("world"), repositoryOf(call), run));
  });
}

const COMMIT = /^[0-9a-f]{40}$/;

/** The commit that the path names by branch or name; 404 or 422 when there is none. */
async function commitOf(call: Call): Promise<{ repository: Repository; sha: string }> {
  const repository = repositoryOf(call);
  const ref = paramOf(call, "ref").replace(/^heads\//, "");
  const branch = COMMIT.test(ref) ? undefined : await repository.git.resolve(`refs/heads/${ref}`);
  const sha = branch ?? (await repository.git.resolve(ref));
  if (sha === undefined) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  return { repository, sha };
}

async function createStatus(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "write");
  const { world, actor } = call.var;
  const body = bodyOf(call);
  const state = asString(body["state"]);
  const sha = await repository.git.resolve(paramOf(call, "sha"));
  if (!STATES.includes(state)) throw invalid({ resource: "Status", code: "invalid", field: "state" });
  if (sha === undefined) throw new Refusal(422, `No commit found for SHA: ${paramOf(call, "sha")}`);
  const orNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
  const status = {
    id: world.nextId(),
    sha,
    state,
    context: asString(body["context"]) || "default",
    description: orNull(body["description"]),
    targetUrl: orNull(body["target_url"]),
    creator: await world.user(actor.login),
    at: world.now(),
  };
  repository.statuses.push(status);
  const shown = statusJson(world, repository, status);
  await emit(world, repository, {
    event: "status",
    payload: {
      ...shown,
      sha,
      name: repository.fullName,
      commit: await commitJson(world, repository, sha),
      branches: [],
    },
    by: actor,
  });
  return call.json(shown, 201);
}

async function combinedStatus(call: Call): Promise<Response> {
  const { repository, sha } = await commitOf(call);
  const { world } = call.var;
  const latest = latestStatuses(repository, sha);
  const states = latest.map(({ state }) => (state === "error" ? "failure" : state));
  const url = `${world.url}/repos/${repository.fullName}/commits/${sha}`;
  return call.json({
    state:
      latest.length === 0 ? "pending" : (["failure", "pending"].find((state) => states.includes(state)) ?? "success"),
    statuses: latest.map((status) => statusJson(world, repository, status)),
    sha,
    total_count: latest.length,
    repository: await world.repositoryJson(repository),
    commit_url: url,
    url: `${url}/status`,
  });
}

function asApp(call: Call): void {
  repositoryFor(call, "write");
  if (call.get("actor").kind !== "installation") throw new Refusal(403, "You must authenticate via a GitHub App.");
}

async function createCheckRun(call: Call): Promise<Response> {
  asApp(call);
  const { world, actor } = call.var;
  const repository = repositoryOf(call);
  const body = bodyOf(call);
  const sha = await repository.git.resolve(asString(body["head_sha"]));
  if (sha === undefined) throw new Refusal(422, `No commit found for SHA: ${asString(body["head_sha"])}`);
  if (asString(body["name"]) === "") throw invalid({ resource: "CheckRun", code: "missing_field", field: "name" });
  const slug = world.app?.slug ?? "";
  const app = await appJson(world, { slug, id: world.app?.id ?? 0 });
  const run = addCheckRun(world, repository, { sha, name: asString(body["name"]), app });
  changeRun(world, run, body);
  await tellCheckRun(world, repository, { run, action: "created", by: actor });
  return call.json(checkRunJson(world, repository, run), 201);
}

/** The App that made a check, as it stands in one. */
export async function appJson(world: World, { slug, id }: { slug: string; id: number }): Promise<Json> {
  const at = world.now();
  const [owner] = world.repositories.values();
  return {
    id,
    slug,
    node_id: nodeId("A", id),
    owner: await world.user(owner === undefined || owner.ownerIsOrganization ? "admin" : owner.owner),
    name: slug,
    description: null,
    external_url: `${world.url}/apps/${slug}`,
    html_url: `${world.url}/apps/${slug}`,
    created_at: at,
    updated_at: at,
    permissions: { checks: "write", metadata: "read" },
    events: [],
  };
}

/** Makes a check run that is waiting. */
export function addCheckRun(
  world: World,
  repository: Repository,
  { sha, name, app, suite = numberFrom(sha) }: { sha: string; name: string; app: Json; suite?: number },
): CheckRun {
  const fresh = { status: "queued", conclusion: null, startedAt: world.now(), completedAt: null };
  const run: CheckRun = {
    id: world.nextId(),
    sha,
    name,
    app,
    suite,
    ...fresh,
    detailsUrl: `${world.url}/${repository.fullName}/commit/${sha}/checks`,
    externalId: "",
    output: {},
  };
  repository.checkRuns.push(run);
  return run;
}

function changeRun(world: World, run: CheckRun, body: Json): void {
  if (body["status"] !== undefined) run.status = asString(body["status"]);
  if (body["conclusion"] !== undefined) {
    run.status = "completed";
    run.conclusion = asString(body["conclusion"]);
    run.completedAt = world.now();
  }
  if (body["output"] !== undefined) run.output = { ...asRecord(body["output"]) };
  if (body["name"] !== undefined) run.name = asString(body["name"]);
  if (body["details_url"] !== undefined) run.detailsUrl = asString(body["details_url"]);
  if (body["external_id"] !== undefined) run.externalId = asString(body["external_id"]);
}

/** Tells a check run; `completed` only when it is. */
export async function tellCheckRun(
  world: World,
  repository: Repository,
  told: { run: CheckRun; action: string; by: Actor },
): Promise<void> {
  const { run, action, by } = told;
  if (action === "completed" && run.status !== "completed") return;
  await emit(world, repository, {
    event: "check_run",
    payload: { action, check_run: checkRunJson(world, repository, run) },
    by,
  });
}

function runOf(call: Call): CheckRun {
  const found = repositoryOf(call).checkRuns.find(({ id }) => id === numberOf(call, "run"));
  if (found === undefined) throw notFound();
  return found;
}
