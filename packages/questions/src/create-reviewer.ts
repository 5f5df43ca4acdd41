import {
  asOrchError,
  settingsOfAccount,
  taskKey,
  trustRules,
  withoutLogins,
  type AgentLogin,
  type AgentName,
  type Checkout,
  type Checkouts,
  type Clock,
  type CommitSha,
  type Cooldown,
  type ProjectSettings,
  type ReviewFault,
  type ReviewReply,
  type Reviewer,
  type Sessions,
  type Workspace,
} from "@orch/core";
import { parseReview, reviewJsonSchema } from "@orch/parser";
import { renderReview } from "@orch/prompts";
import { chooseReviewer, type ReviewerChoice } from "@orch/router";
import { confineProject } from "@orch/security";

import type { AskDeps } from "./deps.ts";
import { shownLines } from "./diff-lines.ts";
import { readingRules } from "./reading-rules.ts";
import { runSession, type SessionEnd } from "./run-session.ts";
import { settleReview } from "./settle-review.ts";

/** What reviewing works with. */
export interface ReviewDeps extends AskDeps {
  readonly sessions: AskDeps["sessions"] & Pick<Sessions, "list">;
  readonly workspace: Checkouts & Pick<Workspace, "diff">;
  /** The agents that are installed here and configured for the project, in configured order. */
  readonly availableAgents: (project: ProjectSettings) => Promise<readonly AgentName[]>;
  /** Logins of the project's agents that are known to be logged out, beside others that are not; absent: none is known. */
  readonly loggedOut?: (project: ProjectSettings) => Promise<readonly AgentLogin[]>;
  /** What is known of these agents' rests. */
  readonly cooldowns: (agents: readonly AgentName[]) => Promise<readonly Cooldown[]>;
  readonly clock: Pick<Clock, "now">;
}

type Request = Parameters<Reviewer>[0];
type Chosen = Extract<ReviewerChoice, { kind: "chosen" }>;
type Failed = Extract<ReviewReply, { kind: "failed" }>;

const DIFF_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 600_000;
const FENCE_BYTES = 16;
const ID_BYTES = 12;
const NAME_BYTES = 6;
/** What a session says that was cut short is no review. */
const UNFINISHED: ReadonlySet<string> = new Set(["wall", "budget"]);

/**
 * A `Reviewer` behind the agents' own programs: a session in a fresh clone of exactly the reviewed commit, which it can
 * read and not write, with no way out but its model's service and none of the repository's own configuration of agents.
 */
export function createReviewer(deps: ReviewDeps): Reviewer {
  return async (request) => {
    if (request.signal.aborted) return fail("called_off", "called off");
    try {
      return await review(deps, request);
    } catch (error) {
      const known = asOrchError(error);
      deps.logger.warn({ task: taskKey(request.task), error: known }, "a review could not be asked for");
      return fail(known.code === "sandbox_unavailable" ? "unconfined" : "internal", known.message);
    }
  };
}

async function review(deps: ReviewDeps, request: Request): Promise<ReviewReply> {
  const { task, project, attempt } = request;
  const base = attempt.baseCommit;
  if (base === undefined) return fail("internal", "the attempt has no base to compare with");
  const available = await deps.availableAgents(project);
  const model = attempt.model ?? attempt.assignment.model;
  const author = { agent: attempt.assignment.agent, ...(model === undefined ? {} : { model }) };
  const cooldowns = await deps.cooldowns(available);
  const loggedIn = withoutLogins(project, (await deps.loggedOut?.(project)) ?? []);
  const choice = chooseReviewer({ project: loggedIn, author, available, cooldowns, now: deps.clock.now() });
  if (choice.kind === "nobody") return { ...fail("nobody", choice.detail), log: choice.log };
  await endLeftOver(deps, request);
  const place = { project, name: `${taskKey(task)} ${deps.random.token(NAME_BYTES)}` };
  try {
    const checkout = await deps.workspace.checkout({ ...place, commit: task.result.commit });
    const reply = await ask(deps, { ...request, base, choice, checkout });
    return { ...reply, ...told(choice) };
  } finally {
    await deps.workspace.discard(place);
  }
}

/** Who was asked, for the books. */
function told({
  agent: by,
  model,
  account,
  why,
  log,
}: Chosen): Pick<ReviewReply, "log" | "chosen"> & { by: AgentName } {
  const about = { ...(model === undefined ? {} : { model }), ...(account === undefined ? {} : { account }) };
  return { by, chosen: why, log, ...about };
}

interface Asking extends Request {
  readonly base: CommitSha;
  readonly choice: Chosen;
  readonly checkout: Checkout;
}

async function ask(deps: ReviewDeps, asking: Asking): Promise<ReviewReply> {
  const { task, attempt, receipts, base, choice, checkout, limits, signal } = asking;
  const project = confined(asking);
  const configured = Object.hasOwn(project.agents, choice.agent) ? project.agents[choice.agent] : undefined;
  const settings = configured === undefined ? undefined : settingsOfAccount(configured, choice.account);
  if (settings === undefined) return fail("nobody", `${choice.agent} is not configured`);
  const { commit, path: folder } = checkout;
  const diff = await deps.workspace.diff({ project, base, commit, maxBytes: DIFF_BYTES });
  const id = deps.random.token(ID_BYTES);
  const schema = reviewJsonSchema(id);
  const facts = { task, attempt, receipts, folder, base, commit, diff: deps.redactor.redact(diff), id, schema };
  const prompts = renderReview(facts, { fence: deps.random.token(FENCE_BYTES) });
  const timeoutMs = project.forge?.review.timeoutMs ?? TIMEOUT_MS;
  const end = await runSession(deps, {
    task,
    project,
    agent: choice.agent,
    settings,
    ...(choice.model === undefined ? {} : { model: choice.model }),
    purpose: "review",
    ...prompts,
    place: checkout,
    permissions: readingRules(project.permissions),
    schema,
    timeoutMs,
    ...(limits === undefined ? {} : { limits }),
    signal,
  });
  const parsed = end.kind === "ended" ? parseReview(end.said, id) : undefined;
  if (end.kind === "failed" || parsed?.kind !== "review" || UNFINISHED.has(end.cause)) {
    return faultOf(end, { problem: parsed?.kind === "invalid" ? parsed.problem : "", timeoutMs });
  }
  const ground = { folder, shown: shownLines(diff), redactor: deps.redactor };
  return { kind: "review", by: choice.agent, review: settleReview(parsed.review, ground), usage: end.usage };
}

/**
 * As confined as what nobody has read: a change can hold words of anybody. Where the person switched the sandbox off and
 * wrote the task, its reviewer runs as its author did.
 */
function confined({ project, task }: Pick<Request, "project" | "task">): ProjectSettings {
  const bound = confineProject(project, { trust: "untrusted" });
  return project.sandbox === "none" && trustRules(task).unconfined ? { ...bound, sandbox: "none" } : bound;
}

function faultOf(
  end: SessionEnd,
  { problem, timeoutMs }: { readonly problem: string; readonly timeoutMs: number },
): Failed {
  if (end.kind === "failed") return fail(end.calledOff ? "called_off" : "agent", end.why);
  const { usage, cause, failure } = end;
  if (cause === "wall") return { ...fail("timed_out", `no review in ${timeoutMs} ms`), usage };
  if (cause === "budget") return { ...fail("budget", "what the budgets had left was used up"), usage };
  if (cause === "sandbox_unavailable")
    return { ...fail("unconfined", failure?.message ?? "there is no sandbox"), usage };
  if (failure === undefined || failure.class === "invalid_output") return { ...fail("no_review", problem), usage };
  return { ...fail("agent", failure.message), usage, failure };
}

function fail(fault: ReviewFault, why: string): Failed {
  return { kind: "failed", fault, why };
}

/** A daemon that died leaves its reviewer running, for an answer that nobody reads. */
async function endLeftOver({ sessions }: ReviewDeps, { task }: Request): Promise<void> {
  for (const { id, purpose, attempt } of await sessions.list()) {
    if (purpose !== "review" || taskKey(attempt) !== taskKey(task)) continue;
    await sessions.stop(id, { mode: "kill", why: "another review of the task begins" });
    await sessions.release(id);
  }
}
