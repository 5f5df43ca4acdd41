import type { Repository } from "../state/repository.ts";
import type { CheckRun } from "./records.ts";

/** The newest status of each context at a commit. */
export function latestStatuses(repository: Repository, sha: string): Repository["statuses"] {
  const newest = new Map(
    repository.statuses.filter((status) => status.sha === sha).map((status) => [status.context, status]),
  );
  return [...newest.values()];
}

/** The newest check run of each name and suite at a commit. */
export function latestCheckRuns(repository: Repository, sha: string): readonly CheckRun[] {
  const runs = repository.checkRuns.filter((run) => run.sha === sha);
  return [...new Map(runs.map((run) => [`${run.suite} ${run.name}`, run])).values()];
}

/** One check's or status's state: `success`, `failure`, `pending`, or `missing`. */
export function checkState(repository: Repository, sha: string, name: string): string {
  const status = latestStatuses(repository, sha).find(({ context }) => context === name);
  if (status !== undefined) return status.state === "error" ? "failure" : status.state;
  const states = latestCheckRuns(repository, sha).flatMap((run) => (run.name === name ? [runState(run)] : []));
  return ["failure", "pending", "success"].find((state) => states.includes(state)) ?? "missing";
}

/** All checks and statuses of a commit in one word. */
export function checksState(repository: Repository, sha: string): string {
  const names = [
    ...latestStatuses(repository, sha).map(({ context }) => context),
    ...latestCheckRuns(repository, sha).map(({ name }) => name),
  ];
  const states = names.map((name) => checkState(repository, sha, name));
  if (states.length === 0) return "none";
  return ["failure", "pending"].find((state) => states.includes(state)) ?? "success";
}

function runState({ status, conclusion }: CheckRun): string {
  if (status !== "completed") return "pending";
  return ["success", "neutral", "skipped"].includes(conclusion ?? "") ? "success" : "failure";
}
