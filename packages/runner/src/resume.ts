import type { Attempt, PastConversation, Reason } from "@orch/core";

import type { StepContext } from "./context.ts";

/** Ends that leave the conversation worth going on with: nothing in it was wrong, or what was wrong can be said in it. */
const WORTH_RESUMING: ReadonlySet<Reason> = new Set([
  "interrupted",
  "session_lost",
  "network",
  "overloaded",
  "rate_limited",
  "usage_limited",
  "checks_failed",
  "agent_incomplete",
  "left_processes",
  "wrong_branch",
]);

/** An earlier conversation to go on with, and whose it was. */
export interface Resumption {
  readonly attempt: number;
  readonly conversation: PastConversation;
}

/**
 * The agent's own conversation of the attempt before, where the policy and the driver let it go on. Another agent, another
 * account or another failure begins afresh; it gets the facts in its prompt either way.
 */
export async function resumption(context: StepContext): Promise<Resumption | undefined> {
  const { deps, driver, project, ref } = context;
  const { retryMode } = project.policy;
  if (retryMode === "fresh" || !driver.capabilities.resume) return undefined;
  const before = (await deps.store.attempts(ref)).filter(({ attempt }) => attempt < ref.attempt).at(-1);
  if (before?.agentSession === undefined || !isSame(context, before) || onlyLooked(before)) return undefined;
  if (retryMode === "auto" && !isWorthIt(before)) return undefined;
  const folder = await deps.files.folder({ ...ref, attempt: before.attempt });
  return { attempt: before.attempt, conversation: { session: before.agentSession, folder: `${folder}/agent` } };
}

function isSame({ assignment }: StepContext, before: Attempt): boolean {
  return before.assignment.agent === assignment.agent && before.assignment.account === assignment.account;
}

/** What was said where nothing could be done is no beginning for doing it. */
function onlyLooked({ verdict }: Attempt): boolean {
  return verdict?.kind === "human" && verdict.reason === "untrusted_task";
}

function isWorthIt({ verdict }: Attempt): boolean {
  return verdict !== undefined && verdict.kind !== "pass" && WORTH_RESUMING.has(verdict.reason);
}
