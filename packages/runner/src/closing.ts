import {
  parseBranchName,
  parseCommitSha,
  unwrap,
  type BranchResult,
  type Caution,
  type Json,
  type Verdict,
} from "@orch/core";
import { redacted } from "@orch/security";

import type { RunnerDeps } from "./deps.ts";
import type { PipelineEnd } from "./pipeline.ts";

/** What an attempt came to: all that its end is told with, redacted. */
export interface Closing {
  readonly verdict: Verdict;
  readonly fingerprint: string;
  readonly lesson?: string;
  readonly result?: BranchResult;
}

/** The closing of a pipeline's end. File names, branch names and an agent's words are in it: they are redacted here. */
export function closingOf({ redactor }: Pick<RunnerDeps, "redactor">, end: PipelineEnd): Closing {
  if (!("ending" in end)) return { verdict: { kind: "pass" }, fingerprint: "", result: end.result };
  const { verdict, fingerprint, lesson } = end.ending;
  const told = redacted(redactor, { verdict, fingerprint, ...(lesson === undefined ? {} : { lesson }) });
  return end.result === undefined ? told : { ...told, result: end.result };
}

/** A closing for the journal. */
export function closingAsJson({ verdict, fingerprint, lesson, result }: Closing): Json {
  return {
    verdict: { ...verdict },
    fingerprint,
    ...(lesson === undefined ? {} : { lesson }),
    ...(result === undefined ? {} : { result: resultAsJson(result) }),
  };
}

function resultAsJson({ cautions, ...result }: BranchResult): Json {
  return { ...result, ...(cautions === undefined ? {} : { cautions: cautionsAsJson(cautions) }) };
}

/** Cautions for the journal. */
export function cautionsAsJson(cautions: readonly Caution[]): Json {
  return cautions.map((one) => ({ ...one }));
}

/** The closing that this runner, or the one before the crash, wrote into the journal; undefined when there is none. */
export function closingFrom(output: unknown): Closing | undefined {
  if (output === undefined) return undefined;
  const { result, ...rest } = output as Closing;
  if (result === undefined) return rest;
  const branch = unwrap(parseBranchName(result.branch));
  const base = unwrap(parseBranchName(result.base));
  return { ...rest, result: { ...result, branch, base, commit: unwrap(parseCommitSha(result.commit)) } };
}
