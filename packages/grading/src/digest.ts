import {
  meaningOf,
  type Attempt,
  type GradingRules,
  type MergePolicy,
  type Receipt,
  type StepRecord,
  type Verdict,
} from "@orch/core";

import { eventStreamReason, type EventStreamReason } from "./event-stream.ts";
import { gradeOf } from "./grade.ts";
import { insightOf } from "./insight.ts";
import { recommend, type Recommendation } from "./recommendation.ts";
import { stageTimes, type StageTimes } from "./stages.ts";

/** What a digest is made of. */
export interface DigestFacts {
  readonly verdict: Verdict;
  readonly lesson?: string;
  readonly receipts: readonly Receipt[];
  /** Absent: the project has no policy. */
  readonly rules: GradingRules | undefined;
  readonly merge: MergePolicy;
  readonly steps: readonly StepRecord[];
  /** The steps of the task's other attempts. */
  readonly earlier: readonly StepRecord[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** An attempt's record with all that follows from it; `digest.json` in its folder (seed rows C42, C55). */
export interface Digest extends Attempt {
  readonly stages: readonly StageTimes[];
  /** What a person can do about the verdict; absent after a pass. */
  readonly hint?: string;
  readonly recommendation: Recommendation;
  /** Markdown for whoever looks after the work. */
  readonly insight: string;
  readonly receipts: readonly Receipt[];
  /** Why what its sessions printed is kept once its task is settled. */
  readonly eventStream: EventStreamReason;
  readonly generatedAt: number;
}

/** What an attempt came to. Pure: the same record gives the same digest. */
export function digestOf(attempt: Attempt, facts: DigestFacts): Digest & Required<Pick<Attempt, "grade" | "verdict">> {
  const { verdict, lesson, receipts, merge, now } = facts;
  const grade = gradeOf(attempt, facts);
  const stages = stageTimes(facts.steps, facts);
  const recommendation = recommend(verdict, { grade, merge });
  return {
    ...attempt,
    verdict,
    ...(lesson === undefined ? {} : { lesson }),
    grade,
    stages,
    ...(verdict.kind === "pass" ? {} : { hint: meaningOf(verdict.reason).hint }),
    recommendation,
    insight: insightOf({ attempt, verdict, grade, stages, recommendation }),
    receipts,
    eventStream: eventStreamReason(attempt, verdict),
    generatedAt: now,
  };
}
