import type { Json } from "../http/api.ts";

/** A status of a commit. */
export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: Json;
  readonly at: string;
}

/** A check run; `body` is what the API shows of it. */
export interface CheckRun {
  readonly id: number;
  readonly sha: string;
  readonly app: Json | null;
  /** Its suite: a job's is that of its workflow's run. */
  readonly suite: number;
  name: string;
  status: string;
  conclusion: string | null;
  startedAt: string | null;
  completedAt: string | null;
  detailsUrl: string | null;
  externalId: string;
  output: Json;
}

/** One run of a workflow with its jobs and their logs. */
export interface WorkflowRun {
  readonly id: number;
  readonly name: string;
  readonly branch: string;
  readonly sha: string;
  readonly event: string;
  attempt: number;
  status: string;
  conclusion: string | null;
  readonly at: string;
  readonly jobs: WorkflowJob[];
}

/** A job of a run. */
export interface WorkflowJob {
  readonly id: number;
  readonly name: string;
  /** The check run that shows this job at the commit. */
  readonly checkRun: number;
  status: string;
  conclusion: string | null;
  log: string;
}
