import type { Attempt, Reason } from "@orch/core";

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

/** An earlier conversation that goes on, and whose it was. */
export interface Resumption {
  readonly attempt: number;
  /** The agent's own id of it. */
  readonly session: string;
}

/**
 * Brings the agent's own conversation of the attempt before, where the policy and the driver let it go on. Another agent,
 * another account or another failure begins afresh, and so does what can't be brought, which is told; the agent gets the
 * facts in its prompt either way.
 */
export async function resumption(context: StepContext): Promise<Resumption | undefined> {
  const { deps, driver, project, ref, journal } = context;
  const { retryMode } = project.policy;
  if (retryMode === "fresh" || !driver.capabilities.resume || driver.bringConversation === undefined) return undefined;
  const before = (await deps.store.attempts(ref)).filter(({ attempt }) => attempt < ref.attempt).at(-1);
  if (before?.agentSession === undefined || !isSame(context, before) || onlyLooked(before)) return undefined;
  if (retryMode === "auto" && !isWorthIt(before)) return undefined;
  const past = { session: before.agentSession, folder: await agentFolder(context, before.attempt) };
  const brought = await driver.bringConversation({ past, folder: await agentFolder(context, ref.attempt) });
  if (brought.ok) return { attempt: before.attempt, session: past.session };
  deps.logger.warn({ attempt: ref, earlier: before.attempt, why: brought.error }, "a conversation does not go on");
  await journal.warn([`The agent began afresh: ${brought.error}.`]);
  return undefined;
}

/** The conversation that the prompts were written for, as their step kept it. */
export function resumptionIn(output: unknown): Resumption | undefined {
  const { attempt, session } = fieldsOf(fieldsOf(output)["resumes"]);
  return typeof attempt === "number" && typeof session === "string" ? { attempt, session } : undefined;
}

function fieldsOf(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Where the agent of an attempt may write. */
async function agentFolder({ deps, ref }: StepContext, attempt: number): Promise<string> {
  return `${await deps.files.folder({ ...ref, attempt })}/agent`;
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
