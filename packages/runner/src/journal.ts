import type { AttemptRun, Attempt, DomainWrite, Json, PortBlock, Receipt, StepName, StepRecord } from "@orch/core";

import type { RunnerDeps } from "./deps.ts";

/** The durable diary of one attempt. Every entry is committed under the attempt's lease. */
export interface Journal {
  /** The attempt's record as of the last entry. */
  readonly attempt: Attempt;
  /** What a step that is done had learnt. */
  output(step: StepName): unknown;
  started(step: StepName, phase: Attempt["phase"]): Promise<void>;
  /** Adds to the attempt's warnings while a step goes on. */
  warn(warnings: readonly string[]): Promise<void>;
  done(step: StepName, entry: { readonly output: Json; readonly attempt?: Partial<Attempt> }): Promise<void>;
  /** Adds to the attempt's record, between two steps. */
  amend(changes: Partial<Attempt>): Promise<void>;
  receipts(): Promise<readonly Receipt[]>;
  keep(receipt: Receipt): Promise<void>;
  /** Keeps a value beyond the attempt, under a cursor. */
  remember(cursor: string, value: Json): Promise<void>;
  /** Gives the task its ports; false: another task has one of them by now. */
  leasePorts(block: PortBlock): Promise<boolean>;
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

  let last: Promise<void> = Promise.resolve();

  /** One entry at a time, each on top of the one before: what is noted meanwhile must not undo a step, nor be undone. */
  function put(record: StepRecord | undefined, change: (known: Attempt) => Attempt): Promise<void> {
    const entry = last.then(async () => {
      const changed = change(attempt);
      await commit([
        ...(record === undefined ? [] : [{ kind: "step:put", step: record } as const]),
        { kind: "attempt:put", attempt: changed },
      ]);
      if (record !== undefined) steps.set(record.step, record);
      attempt = changed;
    });
    last = entry.catch(() => undefined);
    return entry;
  }

  return {
    get attempt() {
      return attempt;
    },
    output: (step) => (steps.get(step)?.state === "done" ? steps.get(step)?.output : undefined),
    async started(step, phase) {
      const startedAt = steps.get(step)?.startedAt ?? clock.now();
      await put({ ...ref, step, state: "started", output: null, startedAt }, (known) => ({ ...known, phase }));
    },
    async done(step, entry) {
      const startedAt = steps.get(step)?.startedAt ?? clock.now();
      const record: StepRecord = { ...ref, step, state: "done", output: entry.output, startedAt, endedAt: clock.now() };
      await put(record, (known) => ({ ...known, ...entry.attempt }));
    },
    warn: (warnings) => put(undefined, (known) => ({ ...known, warnings: withWarnings(known.warnings, warnings) })),
    amend: (changes) => put(undefined, (known) => ({ ...known, ...changes })),
    receipts: () => store.receipts(ref),
    keep: (receipt) => commit([{ kind: "receipt:put", attempt: ref, receipt }]),
    remember: (name, value) => commit([{ kind: "cursor:put", name, value }]),
    async leasePorts(block) {
      if (run.signal.aborted) throw new LeaseGone(String(run.signal.reason));
      const task = { project: ref.project, id: ref.id };
      const result = await store.commit({ holding: run.token, writes: [{ kind: "ports:lease", task, block }] });
      if (!result.ok && result.why !== "conflict") throw new LeaseGone(result.why);
      return result.ok;
    },
  };
}

/** A warning that differs from an earlier one in its figures only takes its place. */
export function withWarnings(before: readonly string[] = [], added: readonly string[]): readonly string[] {
  const told = new Set(added.map(withoutFigures));
  return [...before.filter((text) => !told.has(withoutFigures(text))), ...new Set(added)];
}

/** What is warned of, without its figures. */
export function withoutFigures(text: string): string {
  return text.replaceAll(/\d+(?:\.\d+)?/g, "#");
}

function freshAttempt(deps: RunnerDeps, run: AttemptRun): Attempt {
  const { project, id, attempt, assignment } = run.task;
  const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };
  return { project, id, attempt, assignment, phase: "queued", startedAt: deps.clock.now(), usage };
}
