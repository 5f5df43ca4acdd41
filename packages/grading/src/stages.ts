import type { StepName, StepRecord } from "@orch/core";

import { quantile } from "./quantile.ts";

/** How long a step took, in this attempt and over all attempts of the task; times in milliseconds (seed row C55). */
export interface StageTimes {
  readonly step: StepName;
  readonly ms: number;
  /** Of this attempt's time, from 0 to 1. */
  readonly share: number;
  /** Attempts of the task that came to this step, this one included. */
  readonly attempts: number;
  readonly totalMs: number;
  readonly averageMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
}

/** The times of an attempt's steps, in their order. `earlier`: the records of the task's other attempts. */
export function stageTimes(
  steps: readonly StepRecord[],
  { earlier, now }: { readonly earlier: readonly StepRecord[]; readonly now: number },
): readonly StageTimes[] {
  const timeOf = ({ startedAt, endedAt = now }: StepRecord): number => Math.max(0, endedAt - startedAt);
  const whole = steps.reduce((sum, record) => sum + timeOf(record), 0);
  return steps.map((record) => {
    const ms = timeOf(record);
    const all = [ms, ...earlier.filter(({ step }) => step === record.step).map((other) => timeOf(other))];
    const totalMs = all.reduce((sum, time) => sum + time, 0);
    return {
      step: record.step,
      ms,
      share: Math.round((ms / Math.max(1, whole)) * 100) / 100,
      attempts: all.length,
      totalMs,
      averageMs: Math.round(totalMs / all.length),
      p50Ms: quantile(all, 0.5),
      p90Ms: quantile(all, 0.9),
    };
  });
}
