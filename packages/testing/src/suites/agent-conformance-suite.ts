import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startModelServer, type ModelServer } from "../model-server/index.ts";
import type { OpenBench } from "./conformance/bench.ts";
import type { ConformanceCase, ConformanceLimit, Facts, GeneralLimit } from "./conformance/case.ts";
import { endingCases } from "./conformance/ending-cases.ts";
import { failureCases } from "./conformance/failure-cases.ts";
import { permissionCases } from "./conformance/permission-cases.ts";
import { recordCase } from "./conformance/record.ts";
import { openStage, type Stage } from "./conformance/stage.ts";
import { steeringCases } from "./conformance/steering-cases.ts";
import { textCases } from "./conformance/text-cases.ts";
import { workCases } from "./conformance/work-cases.ts";

export { type ConformanceBench, type ConformanceModel, type ModelPlace } from "./conformance/bench.ts";
export { type ConformanceLimit, type Facts, type GeneralLimit } from "./conformance/case.ts";

const GROUPS: Readonly<Record<string, readonly ConformanceCase[]>> = {
  work: workCases,
  text: textCases,
  steering: steeringCases,
  endings: endingCases,
  permissions: permissionCases,
  failures: failureCases,
};

/** An agent under the suite. */
export interface AgentConformance {
  readonly name: string;
  readonly open: OpenBench;
  /** The cases that this agent can't pass, each with its reason and with what is seen instead. */
  readonly limits: readonly ConformanceLimit[];
  /** What this agent can't show in any case. */
  readonly general?: GeneralLimit;
}

/**
 * What every agent has to do, shown by its real program in a real session on a scripted model. A limit does not skip its
 * case: the case is played, and exactly the facts that the limit names must differ, so that a limit which is gone, or
 * grows, fails.
 */
export function describeAgentConformance({ name, open, limits, general }: AgentConformance): void {
  describe(`conformance of ${name}`, () => {
    let models: ModelServer;
    beforeAll(async () => {
      models = await startModelServer({ scenarios: {}, waitTimeoutMs: 60_000 });
    });
    afterAll(() => models[Symbol.asyncDispose]());

    it("names only limits of cases that there are, once each", () => {
      const names = Object.values(GROUPS).flatMap((cases) => cases.map((each) => each.name));
      expect(names).toEqual(expect.arrayContaining(limits.map((limit) => limit.case)));
      expect(new Set(limits.map((limit) => limit.case)).size).toBe(limits.length);
    });

    for (const [group, cases] of Object.entries(GROUPS)) {
      describe(group, () => {
        for (const each of cases) {
          const limit = limits.find((candidate) => candidate.case === each.name);
          it(limit === undefined ? each.name : `${each.name} (limit: ${limit.reason})`, ({ task }) =>
            playCase(each, { name, models, open, limit, general, plays: task.result?.retryCount ?? 0 }),
          );
        }
      });
    }
  });
}

async function playCase(
  { name, scenario, expected, play }: ConformanceCase,
  on: {
    readonly name: string;
    readonly models: ModelServer;
    readonly open: OpenBench;
    readonly limit: ConformanceLimit | undefined;
    readonly general: GeneralLimit | undefined;
    /** How often it was played before. */
    readonly plays: number;
  },
): Promise<void> {
  const { models, open, limit, general, plays } = on;
  const served = plays === 0 ? name : `${name}, try ${plays + 1}`;
  const script = scenario(served);
  models.addScenario(served, script);
  const stage = await openStage(await open(), { models, name: served, scenario: script });
  const facts = await play(stage);
  const folder = process.env["ORCH_RECORDINGS"];
  if (folder !== undefined) await record(folder, { agent: on.name, case: name, facts, stage });
  const gone = Object.entries(limit?.facts ?? {}).filter(([fact, value]) => expected[fact] === value);
  expect(gone, "a limit names only what differs").toEqual([]);
  const seen = { ...expected, ...within(expected, general?.facts ?? {}), ...limit?.facts };
  expect(facts, `what it complained of: ${stage.complaints()}`).toEqual(seen);
}

/** Those of the facts that a case looks at. */
function within(expected: Facts, facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([fact]) => Object.hasOwn(expected, fact)));
}

async function record(
  folder: string,
  played: { readonly agent: string; readonly case: string; readonly facts: Facts; readonly stage: Stage },
): Promise<void> {
  const runs = played.stage.runs();
  const events = (await runs[0]?.end)?.events ?? [];
  const version = events.find((event) => event.type === "session:ready")?.version ?? "unknown";
  const recordable = runs.map((run) => run.recordable);
  await recordCase({ folder, agent: played.agent, version, case: played.case, facts: played.facts, runs: recordable });
}
