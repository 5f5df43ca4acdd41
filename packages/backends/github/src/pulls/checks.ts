import {
  isOrchError,
  type CheckState,
  type CommitSha,
  type Forge,
  type ForgeCheck,
  type ForgeChecks,
} from "@orch/core";

import { orAbsent } from "../client/forge-errors.ts";
import { everyPage, type Repository } from "../repository.ts";

type CheckMethods = Pick<Forge, "checks" | "jobLog" | "runsGoingOn" | "rerunFailed">;

/** The App that runs GitHub's own workflows: the id of its check runs is the id of their jobs. */
const ACTIONS = "github-actions";

const FAILURES = new Set(["failure", "timed_out", "cancelled", "action_required", "startup_failure", "stale"]);

/** The status of a run whose environment wants somebody's word: that may take weeks. */
const WAITS_FOR_PEOPLE = "waiting";

/** Check runs and commit statuses together, the jobs behind them, and their logs. */
export function checksOf(repository: Repository): CheckMethods {
  const { client, at } = repository;
  const runsOf = readableRuns(repository);
  return {
    async checks(commit) {
      const runs = await runsOf(commit);
      const checks = [...runs.checks, ...(await statuses(repository, commit))];
      // A name that both kinds use counts with its worse word.
      const known = { state: stateOf(checks), checks };
      return runs.partial === true ? { ...known, partial: true } : known;
    },
    async jobLog({ job, maxBytes }) {
      const request = { tailBytes: maxBytes };
      const rest = client.rest("dispatch");
      const answer = await orAbsent(rest.actions.downloadJobLogsForWorkflowRun({ ...at, job_id: job, request }));
      return typeof answer?.data === "string" ? answer.data : "";
    },
    async runsGoingOn(commit) {
      const runs = await workflowRuns(repository, commit);
      return runs.filter(({ status }) => status !== "completed" && status !== WAITS_FOR_PEOPLE).length;
    },
    async rerunFailed(commit) {
      const rest = client.rest("dispatch");
      const runs = await workflowRuns(repository, commit);
      const failed = runs.filter(({ status, conclusion }) => status === "completed" && FAILURES.has(conclusion ?? ""));
      for (const { id } of failed) await rest.actions.reRunWorkflowFailedJobs({ ...at, run_id: id });
      return failed.length;
    },
  };
}

/** All checks in one word: none is not green. */
export function stateOf(checks: readonly ForgeCheck[]): CheckState {
  if (checks.length === 0) return "none";
  const worst = (["failing", "pending"] as const).find((word) => checks.some(({ state }) => state === word));
  return worst ?? "passing";
}

/** A person's fine-grained token may not read check runs at all: then the jobs of GitHub's own workflows say what can be known. */
function readableRuns(repository: Repository): (commit: CommitSha) => Promise<Omit<ForgeChecks, "state">> {
  let isDenied = false;
  return async (commit) => {
    if (isDenied) return { checks: await workflowJobs(repository, commit), partial: true };
    try {
      return { checks: await checkRuns(repository, commit) };
    } catch (error) {
      if (!isOrchError(error, "forge_denied") || error.details["status"] !== 403) throw error;
      const jobs = await workflowJobs(repository, commit);
      isDenied = true;
      return { checks: jobs, partial: true };
    }
  };
}

type WorkflowRun = Awaited<
  ReturnType<ReturnType<Repository["client"]["rest"]>["actions"]["listWorkflowRunsForRepo"]>
>["data"]["workflow_runs"][number];

async function workflowRuns({ client, at }: Repository, commit: CommitSha): Promise<readonly WorkflowRun[]> {
  const rest = client.rest("dispatch");
  return everyPage(async (page) => {
    const { data, headers } = await rest.actions.listWorkflowRunsForRepo({ ...at, head_sha: commit, ...page });
    return { data: data.workflow_runs, headers };
  });
}

/** The newest job of each name and workflow that ran at a commit. */
async function workflowJobs(repository: Repository, commit: CommitSha): Promise<readonly ForgeCheck[]> {
  const { client, at } = repository;
  const rest = client.rest("dispatch");
  const checks = new Map<string, ForgeCheck>();
  const runs = await workflowRuns(repository, commit);
  for (const run of runs.toSorted((one, other) => one.id - other.id)) {
    const jobs = await everyPage(async (page) => {
      const { data, headers } = await rest.actions.listJobsForWorkflowRun({ ...at, run_id: run.id, ...page });
      return { data: data.jobs, headers };
    });
    for (const { id, name, status, conclusion, html_url: url } of jobs) {
      const shown = { name, state: runState(status, conclusion), job: id };
      checks.set(`${run.workflow_id} ${run.event} ${name}`, url === null ? shown : { ...shown, url });
    }
    // Its jobs are yet to come.
    if (jobs.length === 0 && run.status !== "completed") {
      const name = run.name ?? `run ${run.id}`;
      checks.set(`${run.workflow_id} ${run.event}`, { name, state: "pending" });
    }
  }
  return [...checks.values()];
}

/** A check run in an answer of GitHub. */
interface RunRow {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly html_url: string | null;
  readonly check_suite: { readonly id: number } | null;
  readonly app: { readonly id: number; readonly slug?: string } | null;
}

/** Each check with its newest run. Jobs of one name in different workflows are different checks, as on GitHub's own page. */
async function checkRuns(repository: Repository, commit: CommitSha): Promise<readonly ForgeCheck[]> {
  const { client, at } = repository;
  const rest = client.rest("dispatch");
  const runs = await everyPage(async (page) => {
    const { data, headers } = await rest.checks.listForRef({ ...at, ref: commit, filter: "latest", ...page });
    return { data: data.check_runs, headers };
  });
  const homonyms = [...Map.groupBy(runs.filter(isJob), ({ name }) => name).values()].some((same) => same.length > 1);
  const workflows = homonyms ? await workflowsBySuite(repository, commit) : new Map<number, string>();
  const nameOf = (run: RunRow): string => {
    const workflow = isJob(run) ? workflows.get(run.check_suite?.id ?? 0) : undefined;
    return workflow === undefined ? run.name : `${workflow} / ${run.name}`;
  };
  const ordered = runs.toSorted((one, other) => one.id - other.id);
  const newest = new Map(ordered.map((run) => [`${run.app?.id ?? 0} ${nameOf(run)}`, run]));
  return [...newest.values()].map((run) => ({
    name: nameOf(run),
    ...(nameOf(run) === run.name ? {} : { context: run.name }),
    ...(run.app === null ? {} : { app: run.app.id }),
    state: runState(run.status, run.conclusion),
    ...(run.html_url === null ? {} : { url: run.html_url }),
    ...(isJob(run) ? { job: run.id } : {}),
  }));
}

function isJob({ app }: RunRow): boolean {
  return app?.slug === ACTIONS;
}

/** Which workflow each suite of a commit is of, with the event that began it where that says more. */
async function workflowsBySuite(repository: Repository, commit: CommitSha): Promise<ReadonlyMap<number, string>> {
  const runs = await workflowRuns(repository, commit);
  const events = Map.groupBy(runs, ({ workflow_id: workflow }) => workflow);
  return new Map(
    runs.map((run) => {
      const isPlain = new Set(events.get(run.workflow_id)?.map(({ event }) => event)).size === 1;
      const name = run.name ?? run.path;
      return [run.check_suite_id ?? 0, isPlain ? name : `${name} (${run.event})`];
    }),
  );
}

/** A conclusion that nobody knows yet counts as a failure: it is not green. */
export function runState(status: string, conclusion: string | null): ForgeCheck["state"] {
  if (status !== "completed") return "pending";
  return ["success", "neutral", "skipped"].includes(conclusion ?? "") ? "passing" : "failing";
}

async function statuses({ client, at }: Repository, commit: CommitSha): Promise<readonly ForgeCheck[]> {
  const rest = client.rest("dispatch");
  const rows = await everyPage(async (page) => {
    const { data, headers } = await rest.repos.getCombinedStatusForRef({ ...at, ref: commit, ...page });
    return { data: data.statuses, headers };
  });
  return rows.map(({ context, state, target_url: url }) => ({
    name: context,
    state: statusState(state),
    ...(url === null || url === "" ? {} : { url }),
  }));
}

function statusState(state: string): ForgeCheck["state"] {
  if (state === "success") return "passing";
  return state === "pending" ? "pending" : "failing";
}
