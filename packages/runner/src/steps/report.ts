import { sessionIdOf, type AttemptRef, type GradingRules } from "@orch/core";
import { gradeOf } from "@orch/grading";
import { redacted } from "@orch/security";

import { closingAsJson, type Closing } from "../closing.ts";
import type { RunnerDeps } from "../deps.ts";
import type { Journal } from "../journal.ts";

/** The last step: the attempt's digest for people and tools, and what it came to, for a runner that resumes from here. */
export async function report(
  deps: RunnerDeps,
  input: {
    readonly ref: AttemptRef;
    readonly journal: Journal;
    readonly closing: Closing;
    readonly rules: GradingRules | undefined;
  },
): Promise<void> {
  const { ref, journal, closing } = input;
  await journal.started("report", journal.attempt.phase);
  const { attempt } = journal;
  const receipts = await journal.receipts();
  const { verdict, lesson } = closing;
  const grade = redacted(deps.redactor, gradeOf(attempt, { verdict, receipts, rules: input.rules }));
  const stages = await stagesOf(deps, ref);
  const digest = { ...attempt, verdict, ...(lesson === undefined ? {} : { lesson }), grade, stages, receipts };
  await deps.files.write(ref, { name: "digest.json", text: `${JSON.stringify(digest, null, 2)}\n` });
  const text = `${JSON.stringify(attempt.report ?? null, null, 2)}\n`;
  await deps.files.write(ref, { name: "output.json", text: deps.redactor.redact(text) });
  await discardCredentials(deps, ref);
  await journal.done("report", { output: closingAsJson(closing), attempt: { grade } });
}

/** How long each step took, in milliseconds, and its share of the whole (seed row C55). */
async function stagesOf(deps: RunnerDeps, ref: AttemptRef): Promise<readonly object[]> {
  const steps = await deps.store.steps(ref);
  const times = steps.map(({ step, startedAt, endedAt }) => ({ step, ms: (endedAt ?? deps.clock.now()) - startedAt }));
  const whole = Math.max(
    1,
    times.reduce((sum, { ms }) => sum + ms, 0),
  );
  return times.map(({ step, ms }) => ({ step, ms, share: Math.round((ms / whole) * 100) / 100 }));
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

/** Removes the logins that drivers had copied for this attempt. */
export async function discardCredentials(deps: RunnerDeps, ref: AttemptRef): Promise<void> {
  for (const driver of Object.values(deps.drivers)) {
    for (const name of driver.credentialFiles) await deps.files.remove(ref, `agent/${name}`);
  }
}
