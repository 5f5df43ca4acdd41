import { sessionIdOf, type Attempt, type AttemptRef, type ProjectSettings, type StepRecord } from "@orch/core";
import { digestOf } from "@orch/grading";
import { redacted } from "@orch/security";

import { closingAsJson, type Closing } from "../closing.ts";
import type { RunnerDeps } from "../deps.ts";
import type { Journal } from "../journal.ts";
import { discardCredentials } from "./login-copies.ts";
import { tailOf, writeSeedFiles } from "./seed-files.ts";
import { keepOutcome } from "./task-context.ts";

const MOST_EARLIER = 20;
const MOST_ERROR_TAIL = 2000;

/** The last step: the attempt's digest for people and tools, and what it came to, for a runner that resumes from here. */
export async function report(
  deps: RunnerDeps,
  input: {
    readonly ref: AttemptRef;
    readonly journal: Journal;
    readonly closing: Closing;
    readonly project: Pick<ProjectSettings, "grading" | "policy" | "prices">;
  },
): Promise<void> {
  const { ref, journal, closing } = input;
  await journal.started("report", journal.attempt.phase);
  const { attempt } = journal;
  const receipts = await journal.receipts();
  const { verdict, lesson } = closing;
  const { grading: rules, policy } = input.project;
  const whole = digestOf(attempt, {
    verdict,
    ...(lesson === undefined ? {} : { lesson }),
    receipts,
    rules,
    merge: policy.merge,
    steps: await deps.store.steps(ref),
    earlier: await earlierSteps(deps, ref),
    now: deps.clock.now(),
  });
  const { grade, recommendation, insight } = whole;
  const digest = { ...whole, ...redacted(deps.redactor, { grade, recommendation, insight }) };
  await deps.files.write(ref, { name: "digest.json", text: `${JSON.stringify(digest, null, 2)}\n` });
  await deps.files.write(ref, { name: "insight.md", text: `${digest.insight}\n` });
  const text = `${JSON.stringify(attempt.report ?? null, null, 2)}\n`;
  await deps.files.write(ref, { name: "output.json", text: deps.redactor.redact(text) });
  await writeSeedFiles(deps, input);
  await keepOutcome(deps, { attempt, closing });
  await discardCredentials(deps, ref);
  const known = { grade: digest.grade, ...(await errorTail(deps, input)) };
  await journal.done("report", { output: closingAsJson(closing), attempt: known });
}

/** What an agent that did not come through said last beside its events. */
async function errorTail(
  deps: RunnerDeps,
  { ref, closing }: { readonly ref: AttemptRef; readonly closing: Closing },
): Promise<Pick<Attempt, "errorTail">> {
  if (closing.verdict.kind === "pass") return {};
  const tail = (await tailOf(deps, { ref, name: "session/stderr.txt" })).trim().slice(-MOST_ERROR_TAIL);
  return tail === "" ? {} : { errorTail: tail.toWellFormed() };
}

/** The steps of the attempts before this one, of the newest twenty. */
async function earlierSteps({ store }: RunnerDeps, ref: AttemptRef): Promise<readonly StepRecord[]> {
  const attempts = (await store.attempts(ref)).filter(({ attempt }) => attempt < ref.attempt).slice(-MOST_EARLIER);
  return (await Promise.all(attempts.map((attempt) => store.steps(attempt)))).flat();
}

/**
 * Lets go of the agent's session; harmless when that was done before. Only once the journal knows the closing: without
 * its session nobody could judge the agent again.
 */
export async function releaseAgent(
  deps: RunnerDeps,
  input: { readonly ref: AttemptRef; readonly journal: Journal },
): Promise<void> {
  const { ref, journal } = input;
  if (journal.attempt.session !== undefined) await deps.sessions.release(sessionIdOf(ref, "agent"));
}
