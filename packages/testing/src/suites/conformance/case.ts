import type { SessionExit } from "@orch/core";

import type { Scenario, Turn } from "../../model-server/index.ts";
import type { Ended, Stage } from "./stage.ts";

/** What was seen of an agent in a case, as plain values. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/** One thing that every agent has to do. */
export interface ConformanceCase {
  readonly name: string;
  /** What the scripted model does. Gates are named with `gate`, so that cases don't share them. */
  readonly scenario: (gate: string) => Scenario;
  /** What has to be seen. */
  readonly expected: Facts;
  readonly play: (stage: Stage) => Promise<Facts>;
}

/** A case that an agent can't pass for a reason of its own. It is played all the same: `facts` is what is seen instead. */
export interface ConformanceLimit {
  readonly case: string;
  readonly reason: string;
  readonly facts: Facts;
}

/** What an agent does otherwise wherever it is looked at, for a reason of its own. */
export interface GeneralLimit {
  readonly reason: string;
  /** What is seen instead, in every case that expects these facts to be something else. */
  readonly facts: Facts;
}

/** How a run ended, in the words that most cases share. */
export function outcomeOf({ conclusion, events, exit }: Ended): {
  readonly failure: string;
  readonly report: string;
  readonly turn: string;
  readonly cause: SessionExit["cause"];
} {
  const last = events.findLast((event) => event.type === "turn:finished");
  return {
    failure: conclusion.failure?.class ?? "none",
    report: conclusion.report?.status ?? "none",
    turn: last?.status ?? "none",
    cause: exit.cause,
  };
}

/** What `outcomeOf` says of a run that did its work. */
export const WELL = { failure: "none", report: "done", turn: "completed", cause: "exited" } as const;

/** The tokens that a run is said to have used. */
export function usageOf({ conclusion }: Ended): string {
  return `${conclusion.usage.inputTokens} in, ${conclusion.usage.outputTokens} out`;
}

/** A turn that hands in a report with every key of the schema; done unless `changes` says otherwise. */
export function reporting(changes: Readonly<Record<string, unknown>> = {}): Turn {
  const lists = { accomplished: [], remaining: [], files: [], learnings: [], blockers: [], delegations: [] };
  const json = { status: "done", summary: "Done", ...lists, error: null, reason: null, needs_help: null, ...changes };
  return [{ do: "report", json }];
}
