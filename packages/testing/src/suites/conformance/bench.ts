import type { AgentDriver, AgentEvent, AgentSettings, Sessions } from "@orch/core";

import type { Scenario } from "../../model-server/index.ts";

/** Where an agent finds its scripted model, and what it shows there. */
export interface ModelPlace {
  /** The base of a scenario: append `/v1` for the interfaces of OpenAI, nothing for that of Anthropic. */
  readonly url: string;
  readonly key: string;
}

/** The model of a case. */
export interface ConformanceModel extends ModelPlace {
  /** What it does: for an agent that asks no model, and has to be given it beforehand. */
  readonly scenario: Scenario;
}

/** A real agent program, its driver, and sessions whose supervisor speaks the driver's protocol. */
export interface ConformanceBench {
  readonly driver: AgentDriver;
  readonly sessions: Sessions;
  /** What the agent's process may see besides PATH, HOME and LANG. */
  readonly env?: Readonly<Record<string, string>>;
  /** Settings with which the agent asks this model, seldom tries again, and reaches for nothing else. */
  settings(model: ConformanceModel): AgentSettings;
  /** For an agent that asks no model: whether this event shows that it has come to this turn of the scenario. */
  readonly showsTurn?: (event: AgentEvent, turn: number) => boolean;
}

/** Opens the bench of one case; what it opens ends with the test. */
export type OpenBench = () => Promise<ConformanceBench>;
