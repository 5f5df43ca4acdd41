import type { Json } from "../http/api.ts";
import type { Repository } from "../state/repository.ts";
import { nodeId } from "../state/unique.ts";
import type { World } from "../state/world.ts";
import type { CheckRun, CommitStatus, WorkflowJob, WorkflowRun } from "./records.ts";

/** A check run as the API shows it. */
export function checkRunJson(world: World, repository: Repository, run: CheckRun): Json {
  const url = `${world.url}/repos/${repository.fullName}/check-runs/${run.id}`;
  const output = {
    title: null,
    summary: null,
    text: null,
    annotations_count: 0,
    annotations_url: `${url}/annotations`,
    ...run.output,
  };
  const pulls = [...repository.pulls.values()].filter((pull) => pull.state === "open" && pull.headSha === run.sha);
  const repo = { id: repository.id, url: `${world.url}/repos/${repository.fullName}`, name: repository.name };
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("CR", run.id),
    head_sha: run.sha,
    external_id: run.externalId,
    url,
    html_url: `${world.url}/${repository.fullName}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output,
    check_suite: { id: run.suite },
    app: run.app,
    pull_requests: pulls.map((pull) => ({
      url: `${repo.url}/pulls/${pull.number}`,
      id: pull.id,
      number: pull.number,
      head: { ref: pull.headRef, sha: pull.headSha, repo },
      base: { ref: pull.baseRef, sha: pull.baseSha, repo },
    })),
  };
}

/** A status as the API shows it. */
export function statusJson(world: World, repository: Repository, status: CommitStatus): Json {
  return {
    url: `${world.url}/repos/${repository.fullName}/statuses/${status.sha}`,
    avatar_url: status.creator["avatar_url"],
    id: status.id,
    node_id: nodeId("SC", status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.at,
    updated_at: status.at,
    creator: status.creator,
  };
}

/** A run of a workflow as the API shows it. */
export async function workflowRunJson(world: World, repository: Repository, run: WorkflowRun): Promise<Json> {
  const url = `${world.url}/repos/${repository.fullName}/actions/runs/${run.id}`;
  const repo = await world.repositoryJson(repository);
  const actor = await world.user(repository.ownerIsOrganization ? "admin" : repository.owner);
  const message = await repository.git.git("show", "--no-patch", "--format=%B", run.sha);
  const tree = await repository.git.git("rev-parse", `${run.sha}^{tree}`);
  const person = { name: actor["login"], email: "actor@example.com" };
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("WFR", run.id),
    head_branch: run.branch,
    head_sha: run.sha,
    path: `.github/workflows/${run.name}.yml`,
    display_title: message.split("\n")[0] ?? "",
    run_number: run.id,
    run_attempt: run.attempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: numberFrom(Buffer.from(run.name).toString("hex")),
    check_suite_id: run.id,
    check_suite_node_id: nodeId("CS", run.id),
    url,
    html_url: `${world.url}/${repository.fullName}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: run.at,
    updated_at: run.at,
    actor,
    run_started_at: run.at,
    triggering_actor: actor,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${world.url}/repos/${repository.fullName}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${world.url}/repos/${repository.fullName}/actions/workflows/1`,
    head_commit: { id: run.sha, tree_id: tree, message, timestamp: run.at, author: person, committer: person },
    repository: repo,
    head_repository: repo,
  };
}

/** A job as the API shows it. */
export function jobJson(
  world: World,
  repository: Repository,
  { run, job }: { run: WorkflowRun; job: WorkflowJob },
): Json {
  const api = `${world.url}/repos/${repository.fullName}`;
  return {
    id: job.id,
    run_id: run.id,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: run.attempt,
    node_id: nodeId("J", job.id),
    head_sha: run.sha,
    head_branch: run.branch,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${world.url}/${repository.fullName}/actions/runs/${run.id}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: run.at,
    started_at: run.at,
    completed_at: job.conclusion === null ? null : run.at,
    name: job.name,
    steps: [],
    check_run_url: `${api}/check-runs/${job.checkRun}`,
    labels: ["ubuntu-latest"],
    runner_id: 1,
    runner_name: "runner",
    runner_group_id: 1,
    runner_group_name: "Default",
    workflow_name: run.name,
  };
}

/** A number for what hexadecimal digits name. */
export function numberFrom(digits: string): number {
  return Number.parseInt(digits.slice(0, 12), 16);
}
