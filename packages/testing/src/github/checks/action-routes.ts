import { type Api, type Call, numberOf, page, repositoryFor, repositoryOf } from "../http/api.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { Repository } from "../state/repository.ts";
import { nodeId } from "../state/unique.ts";
import type { Actor, World } from "../state/world.ts";
import { emit } from "../webhooks/emit.ts";
import { jobJson, workflowRunJson } from "./check-json.ts";
import { addCheckRun, appJson, tellCheckRun } from "./check-routes.ts";
import type { WorkflowJob, WorkflowRun } from "./records.ts";

const ACTIONS = "/repos/:owner/:repo/actions";

/** A job of continuous integration. */
export interface CiJob {
  /** Absent: `ci`. */
  readonly workflow?: string;
  readonly job: string;
}

/** How a test lets the continuous integration end for a commit. */
export interface CiResult extends CiJob {
  readonly conclusion: "success" | "failure" | "cancelled" | "timed_out";
  readonly log?: string;
}

/** Runs of workflows, their jobs and logs, and running failed ones again. */
export function registerActions(api: Api): void {
  api.get(`${ACTIONS}/runs`, async (call) => {
    const repository = repositoryOf(call);
    const { head_sha: sha, branch, status } = call.req.query();
    const found = repository.workflowRuns.filter(
      (run) =>
        (sha === undefined || run.sha === sha) &&
        (branch === undefined || run.branch === branch) &&
        (status === undefined || run.status === status || run.conclusion === status),
    );
    const runs = await Promise.all(
      found.toReversed().map((run) => workflowRunJson(call.get("world"), repository, run)),
    );
    return page(call, runs, (workflow_runs) => ({ total_count: runs.length, workflow_runs }));
  });
  api.get(`${ACTIONS}/runs/:run`, async (call) =>
    call.json(await workflowRunJson(call.get("world"), repositoryOf(call), runOf(call))),
  );
  api.get(`${ACTIONS}/runs/:run/jobs`, (call) => {
    const run = runOf(call);
    const jobs = run.jobs.map((job) => jobJson(call.get("world"), repositoryOf(call), { run, job }));
    return page(call, jobs, (shown) => ({ total_count: jobs.length, jobs: shown }));
  });
  api.get(`${ACTIONS}/jobs/:job`, (call) => call.json(jobJson(call.get("world"), repositoryOf(call), jobOf(call))));
  api.get(`${ACTIONS}/jobs/:job/logs`, (call) => {
    const { job } = jobOf(call);
    return call.redirect(`${call.get("world").url}/_logs/${job.id}`, 302);
  });
  // GitHub keeps logs on another server, which takes no token.
  api.get("/_logs/:job", (call) => {
    const all = [...call.get("world").repositories.values()]
      .flatMap(({ workflowRuns }) => workflowRuns)
      .flatMap(({ jobs }) => jobs);
    return call.text(all.find(({ id }) => id === numberOf(call, "job"))?.log ?? "");
  });
  api.post(`${ACTIONS}/runs/:run/rerun`, (call) => rerun(call, () => true));
  api.post(`${ACTIONS}/runs/:run/rerun-failed-jobs`, (call) =>
    rerun(call, ({ conclusion }) => conclusion !== "success"),
  );
}

function runOf(call: Call): WorkflowRun {
  const found = repositoryOf(call).workflowRuns.find(({ id }) => id === numberOf(call, "run"));
  if (found === undefined) throw notFound();
  return found;
}

function jobOf(call: Call): { run: WorkflowRun; job: WorkflowJob } {
  for (const run of repositoryOf(call).workflowRuns) {
    const job = run.jobs.find(({ id }) => id === numberOf(call, "job"));
    if (job !== undefined) return { run, job };
  }
  throw notFound();
}

async function rerun(call: Call, again: (job: WorkflowJob) => boolean): Promise<Response> {
  const repository = repositoryFor(call, "write");
  const { world, actor } = call.var;
  const run = runOf(call);
  if (run.status !== "completed") throw new Refusal(403, "This workflow run cannot be retried");
  Object.assign(run, { attempt: run.attempt + 1, status: "queued", conclusion: null });
  for (const job of run.jobs.filter(again)) {
    Object.assign(job, { status: "queued", conclusion: null, log: "" });
    const check = repository.checkRuns.find(({ id }) => id === job.checkRun);
    if (check !== undefined) Object.assign(check, { status: "queued", conclusion: null, completedAt: null });
  }
  await tellRun(world, repository, { run, action: "requested", by: actor });
  return call.json({}, 201);
}

type CiPlace = CiJob & { readonly sha: string; readonly by: Actor };

/** Begins a job at a commit: makes run, job and check when they aren't there. Gives its id. */
export async function beginCi(world: World, repository: Repository, place: CiPlace): Promise<number> {
  const { job } = await ciJob(world, repository, place);
  return job.id;
}

/** Ends a job at a commit: makes run, job and check when they aren't there, and tells all of it. */
export async function finishCi(world: World, repository: Repository, ended: CiPlace & CiResult): Promise<number> {
  const { by, conclusion, log = "" } = ended;
  const { run, job } = await ciJob(world, repository, ended);
  Object.assign(job, { status: "completed", conclusion, log });
  const check = repository.checkRuns.find(({ id }) => id === job.checkRun);
  if (check === undefined) throw notFound();
  Object.assign(check, { status: "completed", conclusion, completedAt: world.now() });
  await tellCheckRun(world, repository, { run: check, action: "completed", by });
  if (run.jobs.every(({ status }) => status === "completed")) {
    const worst = run.jobs.find((entry) => entry.conclusion !== "success")?.conclusion ?? "success";
    Object.assign(run, { status: "completed", conclusion: worst });
    await tellRun(world, repository, { run, action: "completed", by });
  }
  return job.id;
}

/** The job of that name, and its run, which goes on. */
async function ciJob(
  world: World,
  repository: Repository,
  place: CiPlace,
): Promise<{ readonly run: WorkflowRun; readonly job: WorkflowJob }> {
  const { sha, by } = place;
  const run = await ciRun(world, repository, place);
  Object.assign(run, { status: "in_progress", conclusion: null });
  const known = run.jobs.find((entry) => entry.name === place.job);
  if (known !== undefined) return { run, job: known };
  const app = await appJson(world, { slug: "github-actions", id: 15368 });
  const check = addCheckRun(world, repository, { sha, name: place.job, app, suite: run.id });
  // On GitHub a job and its check run have the same id.
  const job = { id: check.id, name: place.job, checkRun: check.id, status: "queued", conclusion: null, log: "" };
  check.detailsUrl = `${world.url}/${repository.fullName}/actions/runs/${run.id}/job/${job.id}`;
  run.jobs.push(job);
  await tellCheckRun(world, repository, { run: check, action: "created", by });
  return { run, job };
}

async function ciRun(world: World, repository: Repository, { sha, workflow }: CiPlace): Promise<WorkflowRun> {
  const name = workflow ?? "ci";
  const known = repository.workflowRuns.find((run) => run.sha === sha && run.name === name);
  if (known !== undefined) return known;
  const branch = [...(await repository.git.branches())].find(([, tip]) => tip === sha)?.[0] ?? repository.defaultBranch;
  const fresh = { event: "pull_request", attempt: 1, status: "queued", conclusion: null, jobs: [] };
  const run: WorkflowRun = { id: world.nextId(), name, branch, sha, at: world.now(), ...fresh };
  repository.workflowRuns.push(run);
  return run;
}

async function tellRun(
  world: World,
  repository: Repository,
  { run, action, by }: { run: WorkflowRun; action: string; by: Actor },
): Promise<void> {
  const path = `.github/workflows/${run.name}.yml`;
  const html = `${world.url}/${repository.fullName}`;
  const workflow = {
    id: 1,
    node_id: nodeId("W", 1),
    name: run.name,
    path,
    state: "active",
    created_at: run.at,
    updated_at: run.at,
    url: `${world.url}/repos/${repository.fullName}/actions/workflows/1`,
    html_url: `${html}/blob/${repository.defaultBranch}/${path}`,
    badge_url: `${html}/workflows/${run.name}/badge.svg`,
  };
  const payload = { action, workflow, workflow_run: await workflowRunJson(world, repository, run) };
  await emit(world, repository, { event: "workflow_run", payload, by });
}
