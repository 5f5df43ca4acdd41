import type { CheckState, CommitSha, Forge, ForgeCheck } from "@orch/core";

import { orAbsent } from "../client/forge-errors.ts";
import { everyPage, type Repository } from "../repository.ts";

type CheckMethods = Pick<Forge, "checks" | "jobLog" | "rerunFailed">;

/** The App that runs GitHub's own workflows: the id of its check runs is the id of their jobs. */
const ACTIONS = "github-actions";

const FAILURES = new Set(["failure", "timed_out", "cancelled", "action_required", "startup_failure", "stale"]);

/** Check runs and commit statuses together, the jobs behind them, and their logs. */
export function checksOf(repository: Repository): CheckMethods {
  const { client, at } = repository;
  return {
    async checks(commit) {
      const checks = [...(await checkRuns(repository, commit)), ...(await statuses(repository, commit))];
      // A name that both kinds use counts with its worse word.
      return { state: stateOf(checks), checks };
    },
    async jobLog({ job, maxBytes }) {
      const request = { tailBytes: maxBytes };
      const rest = client.rest("dispatch");
      const answer = await orAbsent(rest.actions.downloadJobLogsForWorkflowRun({ ...at, job_id: job, request }));
      return typeof answer?.data === "string" ? answer.data : "";
    },
    async rerunFailed(commit) {
      const rest = client.rest("dispatch");
      const runs = await everyPage(async (page) => {
        const { data, headers } = await rest.actions.listWorkflowRunsForRepo({ ...at, head_sha: commit, ...page });
        return { data: data.workflow_runs, headers };
      });
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

async function checkRuns({ client, at }: Repository, commit: CommitSha): Promise<readonly ForgeCheck[]> {
  const rest = client.rest("dispatch");
  const runs = await everyPage(async (page) => {
    const { data, headers } = await rest.checks.listForRef({ ...at, ref: commit, filter: "latest", ...page });
    return { data: data.check_runs, headers };
  });
  const newest = new Map(runs.toSorted((one, other) => one.id - other.id).map((run) => [run.name, run]));
  return [...newest.values()].map((run) => ({
    name: run.name,
    state: runState(run.status, run.conclusion),
    ...(run.html_url === null ? {} : { url: run.html_url }),
    ...(run.app?.slug === ACTIONS ? { job: run.id } : {}),
  }));
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
