import type { AttemptRun, Attempt, DomainWrite, Json, Receipt, StepName, StepRecord } from "@orch/core";

import type { RunnerDeps } from "./deps.ts";

/** The durable diary of one attempt. Every entry is committed under the attempt's lease. */
export interface Journal {
  /** The attempt's record as of the last entry. */
  readonly attempt: Attempt;
  /** What a step that is done had learnt. */
  output(step: StepName): unknown;
  started(step: StepName, phase: Attempt["phase"]): Promise<void>;
  done(step: StepName, entry: { readonly output: Json; readonly attempt?: Partial<Attempt> }): Promise<void>;
  receipts(): Promise<readonly Receipt[]>;
  keep(receipt: Receipt): Promise<void>;
  /** Keeps a value beyond the attempt, under a cursor. */
  remember(cursor: string, value: Json): Promise<void>;
}

/** Thrown inside the runner alone, to leave the pipeline when the lease is gone. */
export class LeaseGone extends Error {
  override readonly name = "LeaseGone";
}

/** Opens the diary of an attempt, where an earlier process left it. Throws `LeaseGone` on entries after a lost lease. */
export async function openJournal(deps: RunnerDeps, run: AttemptRun): Promise<Journal> {
  const { store, clock } = deps;
  const ref = { project: run.task.project, id: run.task.id, attempt: run.task.attempt };
  const steps = new Map((await store.steps(ref)).map((record) => [record.step, record]));
  let attempt = (await store.attempt(ref)) ?? freshAttempt(deps, run);

  async function commit(writes: readonly DomainWrite[]): Promise<void> {
    if (run.signal.aborted) throw new LeaseGone(String(run.signal.reason));
    const result = await store.commit({ holding: run.token, writes });
    if (!result.ok) throw new LeaseGone(result.why);
  }

  async function put(record: StepRecord, changed: Attempt): Promise<void> {
    await commit([
      { kind: "step:put", step: record },
      { kind: "attempt:put", attempt: changed },
    ]);
    steps.set(record.step, record);
    attempt = changed;
  }

  return {
    get attempt() {
      return attempt;
    },
    output: (step) => (steps.get(step)?.state === "done" ? steps.get(step)?.output : undefined),
    async started(step, phase) {
      const startedAt = steps.get(step)?.startedAt ?? clock.now();
      await put({ ...ref, step, state: "started", output: null, startedAt }, { ...attempt, phase });
    },
    async done(step, entry) {
      const startedAt = steps.get(step)?.startedAt ?? clock.now();
      const record: StepRecord = { ...ref, step, state: "done", output: entry.output, startedAt, endedAt: clock.now() };
      await put(record, { ...attempt, ...entry.attempt });
    },
    receipts: () => store.receipts(ref),
    keep: (receipt) => commit([{ kind: "receipt:put", attempt: ref, receipt }]),
    remember: (name, value) => commit([{ kind: "cursor:put", name, value }]),
  };
}

function freshAttempt(deps: RunnerDeps, run: AttemptRun): Attempt {
  const { project, id, attempt, assignment } = run.task;
  const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };
  return { project, id, attempt, assignment, phase: "queued", startedAt: deps.clock.now(), usage };
}
