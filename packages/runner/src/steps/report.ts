import { sessionIdOf, type AttemptRef, type Verdict } from "@orch/core";

import type { RunnerDeps } from "../deps.ts";
import type { Journal } from "../journal.ts";

/** The last step: the attempt's digest for people and tools, and the end of its sessions in the system. */
export async function report(
  deps: RunnerDeps,
  input: { readonly ref: AttemptRef; readonly journal: Journal; readonly verdict: Verdict },
): Promise<void> {
  const { ref, journal, verdict } = input;
  if (journal.output("report") !== undefined) return;
  await journal.started("report", journal.attempt.phase);
  const { attempt } = journal;
  const digest = { ...attempt, verdict, receipts: await journal.receipts() };
  await deps.files.write(ref, { name: "digest.json", text: `${JSON.stringify(digest, null, 2)}\n` });
  const text = `${JSON.stringify(attempt.report ?? null, null, 2)}\n`;
  await deps.files.write(ref, { name: "output.json", text: deps.redactor.redact(text) });
  await discardCredentials(deps, ref);
  if (attempt.session !== undefined) await deps.sessions.release(sessionIdOf(ref, "agent"));
  await journal.done("report", { output: { verdict: verdict.kind } });
}

/** Removes the logins that drivers had copied for this attempt. */
export async function discardCredentials(deps: RunnerDeps, ref: AttemptRef): Promise<void> {
  for (const driver of Object.values(deps.drivers)) {
    for (const name of driver.credentialFiles) await deps.files.remove(ref, `agent/${name}`);
  }
}
