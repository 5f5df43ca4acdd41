import type { AttemptView, CommandResults, ReceiptView, TaskView } from "@orch/api";
import { GITHUB_API, siteOf } from "@orch/backend-github";
import {
  cautionTexts,
  issueNumberOf,
  meaningOf,
  provesCommit,
  taskKey,
  type Attempt,
  type Outcome,
  type PermissionRequest,
  type ProjectSettings,
  type PullFacts,
  type Receipt,
  type SessionSummary,
  type StoredEvent,
  type Task,
  type Verdict,
} from "@orch/core";

import type { TranscriptTail } from "../transcripts.ts";

const UNCONFINED = "The agent ran without a sandbox, so nothing merges its result but a person.";

/** A task as every surface shows it, without its body; with its project, what is switched off there. */
export function viewTask(task: Task, project?: ProjectSettings): TaskView {
  return {
    ...(project?.sandbox === "none" ? { sandbox: "none" } : {}),
    key: taskKey(task),
    project: task.project,
    id: task.id,
    title: task.title,
    status: task.status,
    labels: task.labels,
    source: task.source.kind,
    priority: task.priority,
    dependsOn: task.dependsOn,
    attempts: task.attempts,
    lastAttempt: task.lastAttempt,
    createdAt: task.createdAt,
    updatedAt: task.updatedAt,
    version: task.version,
    ...(task.trust === undefined || task.trust === "trusted" ? {} : { trust: task.trust }),
    ...defined({ parent: task.parent, base: task.base, branch: task.branch }),
    ...defined({ agent: task.pins.agent, model: task.pins.model, complexity: task.pins.complexity }),
    ...defined({ issue: viewIssue(task, project), pull: viewPull(task) }),
    ...viewState(task),
  };
}

function viewIssue(task: Task, project: ProjectSettings | undefined): TaskView["issue"] {
  const number = issueNumberOf(task);
  if (number === undefined) return undefined;
  if (task.issue !== undefined || project?.forge === undefined) return task.issue ?? { number };
  const { repository, apiUrl = GITHUB_API } = project.forge;
  return { number, url: `${siteOf(apiUrl)}/${repository}/issues/${number}` };
}

function viewPull(task: Task): TaskView["pull"] {
  if (task.pull === undefined) return undefined;
  const seen = task.status === "in_review" ? task.seen : undefined;
  return { ...task.pull, ...defined({ checks: seen?.checks, decision: seen?.decision, missing: viewMissing(seen) }) };
}

function viewMissing(seen: PullFacts | undefined): NonNullable<TaskView["pull"]>["missing"] {
  const { missing } = seen ?? {};
  return missing === undefined ? undefined : { checks: [...missing.checks], approvals: missing.approvals };
}

/** A task with its body. */
export function viewWholeTask(task: Task, project?: ProjectSettings): TaskView {
  return { ...viewTask(task, project), body: task.body, ...defined({ notes: task.notes }) };
}

function viewState(task: Task): Partial<TaskView> {
  switch (task.status) {
    case "new":
      return {};
    case "routed":
      return {
        ...viewAssignment(task.assignment),
        ...defined({ notBefore: task.notBefore, waiting: task.waiting }),
      };
    case "in_progress":
      return viewAssignment(task.assignment);
    case "in_review":
      return {
        ...viewResult(task.result),
        ...defined({ detail: reviewDetail(task) }),
      };
    case "done":
      return viewOutcome(task.outcome);
    case "blocked":
      return { waitingFor: task.waitingFor };
    case "needs_review":
      return {
        reason: task.reason,
        detail: task.detail,
        hint: meaningOf(task.reason).hint,
        ...(task.result === undefined ? {} : viewResult(task.result)),
      };
    case "cancelled":
      return { detail: task.why };
  }
}

/** What one who waits for the merge should know. */
function reviewDetail({ result, approval, pull }: Extract<Task, { status: "in_review" }>): string | undefined {
  if (pull !== undefined && approval?.commit === result.commit) {
    return `${approval.by} wants it merged: done as soon as the checks of pull request #${pull.number} are green, or two minutes have brought none.`;
  }
  const why = [...(result.unconfined === true ? [UNCONFINED] : []), ...cautionTexts(result.cautions)];
  return why.length === 0 ? undefined : why.join(" ");
}

function viewOutcome(outcome: Outcome): Partial<TaskView> {
  const result = "result" in outcome ? viewResult(outcome.result) : {};
  const mergeCommit = "mergeCommit" in outcome ? outcome.mergeCommit : undefined;
  return { ...result, outcome: outcome.kind, ...defined({ mergeCommit }) };
}

function viewAssignment(assignment: Attempt["assignment"]): Partial<TaskView> {
  const { agent, complexity, model, skills, warning } = assignment;
  return { agent, complexity, ...defined({ model, skills, warning }) };
}

function viewResult(result: Extract<Task, { status: "in_review" }>["result"]): Partial<TaskView> {
  return { branch: result.branch, commit: result.commit, base: result.base };
}

/** An attempt with its receipts. */
export function viewAttempt(attempt: Attempt, receipts: readonly Receipt[]): AttemptView {
  return {
    attempt: attempt.attempt,
    phase: attempt.phase,
    agent: attempt.assignment.agent,
    why: attempt.assignment.why,
    startedAt: attempt.startedAt,
    usage: attempt.usage,
    receipts: receipts.map((receipt) => viewReceipt(receipt)),
    ...defined({
      model: attempt.assignment.model ?? attempt.model,
      account: attempt.assignment.account,
      warnings: attempt.warnings,
      grade: attempt.grade,
      endedAt: attempt.endedAt,
      branch: attempt.branch,
      baseCommit: attempt.baseCommit,
      commit: attempt.commit,
      session: attempt.session,
      confinement: attempt.confinement,
      diff: attempt.diff,
      summary: attempt.report?.summary,
      lesson: attempt.lesson,
      updates: attempt.updates,
    }),
    ...(attempt.verdict === undefined ? {} : { verdict: viewVerdict(attempt.verdict) }),
  };
}

function viewVerdict(verdict: Verdict): NonNullable<AttemptView["verdict"]> {
  if (verdict.kind === "pass") return { kind: "pass" };
  const { kind, reason, detail } = verdict;
  return { kind, reason, detail, hint: meaningOf(reason).hint };
}

function viewReceipt(receipt: Receipt): ReceiptView {
  return {
    check: receipt.check,
    argv: receipt.argv,
    ok: provesCommit(receipt, receipt.commit),
    timedOut: receipt.timedOut,
    seconds: Math.round((receipt.endedAt - receipt.startedAt) / 100) / 10,
    clean: receipt.clean,
    commit: receipt.commit,
    tree: receipt.tree,
    outputTail: receipt.outputTail,
    outputBytes: receipt.outputBytes,
    outputHash: receipt.outputHash,
    startedAt: receipt.startedAt,
    ...defined({ exitCode: receipt.exitCode, confinement: receipt.confinement }),
  };
}

/** A recorded event, without its content. */
export function viewEvent(stored: StoredEvent): CommandResults["task get"]["events"][number] {
  const { seq, at, actor, status } = stored;
  return { seq, at, actor, status, type: stored.event.type };
}

/** The end of what a session did. */
export function viewTranscript({
  events,
  truncated,
}: TranscriptTail): Pick<CommandResults["task log"], "events" | "truncated"> {
  return { events: events.map((event) => ({ ...event })), truncated };
}

/** A live session, and what its agent asks. */
export function viewSession(
  session: SessionSummary,
  asks: readonly PermissionRequest[] | undefined,
): CommandResults["task live"]["sessions"][number] {
  const { id, host, pid, startedAt, attempt, load, purpose } = session;
  const kind = purpose === "review" ? { purpose } : {};
  const seen = { id, host, pid, startedAt, attempt: attempt.attempt, task: taskKey(attempt), ...kind };
  return { ...seen, ...defined({ load, asks }) };
}

type Defined<Fields> = { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };

/** The fields that have a value. */
function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<Fields>;
}
