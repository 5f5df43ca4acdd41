import type { AgentName } from "../ids.ts";
import type { Landing } from "../landing.ts";
import type { ClassifierSettings, ProjectSettings } from "../policy.ts";
import type { Assignment, Complexity, Task } from "../task.ts";
import type { TextReply } from "./text-model.ts";

/** A skill that agents can be given: a folder with a `SKILL.md` (seed row A53). */
export interface SkillSummary {
  /** The folder's name. */
  readonly id: string;
  readonly name: string;
  /** One line. */
  readonly description: string;
}

/** How an agent fared, as far as weights go. */
export type RouteSignal = "limited" | "success";

/** What is remembered of an agent between decisions; only the router reads it. */
export interface RouteWeight {
  /** From 0.05 to 1, as it was at `at` (epoch milliseconds). */
  readonly weight: number;
  readonly at: number;
  /** When the agent last ran into a limit. */
  readonly limitedAt?: number;
}

/** What the router may know besides the task. */
export interface RoutingContext {
  readonly project: ProjectSettings;
  /** Agents that are installed here, in configured order. */
  readonly available: readonly AgentName[];
  /** The agent that was chosen last in this project; round robin goes on after it. */
  readonly lastAgent?: AgentName;
  /** The time of the decision (epoch milliseconds); absent: weights are taken as stored. */
  readonly now?: number;
  /** By agent; absent ones weigh 1. */
  readonly weights?: Readonly<Record<string, RouteWeight>>;
  /** A random number from 0 to below 1, for weighted choices; absent: 0. */
  readonly chance?: number;
  /** Skills that the classifier may choose from. */
  readonly skills?: readonly SkillSummary[];
  /** How often a classification of this task has failed since the last that did not. */
  readonly failedClassifications?: number;
  /** What decided tasks came to, in any order; absent: none is known. Read only where the project learns. */
  readonly landings?: readonly Landing[];
}

/** What is known of one agent with one model for one kind of task. Shares and figures of a reward are from 0 to 1. */
export interface LearnedCandidate {
  readonly agent: AgentName;
  /** Absent: the agent's own default. */
  readonly model?: string;
  /** Decided tasks that are not forgotten, of any project. */
  readonly tasks: number;
  readonly landed: number;
  readonly reworked: number;
  readonly lost: number;
  /** US dollars for each of those tasks whose cost is known; absent: of none. */
  readonly costUsd?: number;
  /** The expected reward before its cost, and the interval that holds it with 90 %. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** What its cost takes from the reward, compared with the others. */
  readonly costTerm: number;
  /**
   * Which rule protects it or holds it back. `unproven`: too few tasks, so it keeps its fair turns; `held_back`: it lands
   * too little, so it gets its least share alone; `none`: evidence decides.
   */
  readonly floor: "unproven" | "held_back" | "none";
  /** The part of all choices that it gets whatever the evidence says. */
  readonly share: number;
  /** What was drawn for it, less its cost; absent: this choice was not made by evidence. */
  readonly drawn?: number;
}

/** Whom learning chose, or in `shadow` would have chosen, and why. */
export interface LearnedChoice {
  readonly mode: "on" | "shadow";
  readonly agent: AgentName;
  /** `turn`: of an unproven one; `share`: the least share; `evidence`: the best draw. */
  readonly by: "turn" | "share" | "evidence";
  readonly complexity: Complexity;
  readonly kind?: string;
  /** In the order in which they were offered. */
  readonly candidates: readonly LearnedCandidate[];
}

/** A question to the classifier. */
export interface ClassificationRequest {
  readonly task: Task;
  readonly project: ProjectSettings;
  readonly settings: ClassifierSettings;
  /** Whom it may choose. */
  readonly agents: readonly AgentName[];
  readonly skills: readonly SkillSummary[];
  /** The JSON Schema of the answer. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Asks a model to classify a task. Must not throw. */
export type Classifier = (request: ClassificationRequest) => Promise<TextReply>;

/** A question to the classifier that was asked. */
export interface Question {
  readonly asked: ClassifierSettings;
  readonly reply: TextReply;
}

/** A decision that explains itself: one line per rule looked at. */
export type RouteDecision = {
  readonly log: readonly string[];
  /** What became of the question to the classifier, when one was asked. */
  readonly classification?: "answered" | "failed";
  /** Who was asked to classify, and what came of it; absent: nobody was. */
  readonly question?: Question;
  /** What learning made of it; absent: the project does not learn, or there was nothing to choose. */
  readonly learned?: LearnedChoice;
} & (
  | { readonly kind: "assigned"; readonly assignment: Assignment }
  | { readonly kind: "nobody"; readonly detail: string }
);

/** Chooses agent and model. Must not throw; the same input and the same answers give the same decision. */
export interface Router {
  route(task: Task, context: RoutingContext): Promise<RouteDecision>;
  /** What to remember of an agent after a signal. Pure. */
  learn(before: RouteWeight | undefined, told: { readonly signal: RouteSignal; readonly now: number }): RouteWeight;
}
