import {
  defaultLabelNames,
  parseAgentName,
  parseComplexity,
  type Delegation,
  type ForgeSettings,
  type LabelNames,
  type TaskId,
  type TaskPins,
} from "@orch/core";

import { issueNumbers } from "../labels/issue-numbers.ts";
import { readLabels } from "../labels/read-labels.ts";
import { plainLine, shownText, type Neutralise } from "../text/shown-text.ts";

const MOST_TITLE = 200;
const MOST_BODY = 20_000;
const MOST_LABELS = 10;
const LONGEST_LABEL = 50;

/** What a part says as an issue, and what it pins as a task. */
export interface PartWords {
  readonly title: string;
  readonly body: string;
  /** Of the issue: those that make it a task among them. */
  readonly labels: readonly string[];
  /** Of the task: those without a meaning. */
  readonly others: readonly string[];
  readonly pins: TaskPins;
}

/**
 * A part that an agent handed out, as its own issue (seed row A121). An agent's labels may describe, and choose nothing
 * but a complexity; its suggestion of an agent counts where the project has that agent.
 */
export function partWords(
  part: Delegation,
  given: {
    readonly parent: TaskId;
    /** The tasks of other parts that have to be done first, as `partBlockers` found them. */
    readonly waitsFor: readonly TaskId[];
    readonly settings: Pick<ForgeSettings, "labels" | "intake">;
    readonly agents: readonly string[];
    readonly neutral: Neutralise;
  },
): PartWords {
  const { settings, neutral, parent, waitsFor } = given;
  const { names } = settings.labels;
  const written = part.labels.map((label) => plainLine(label, { neutral, most: LONGEST_LABEL })).filter(Boolean);
  const others = readLabels(written, { settings: settings.labels }).others.slice(0, MOST_LABELS);
  const pins = partPins(part, { names, agents: given.agents });
  const body = shownText(part.body, { neutral, most: MOST_BODY });
  return {
    title: plainLine(part.title, { neutral, most: MOST_TITLE }),
    body: [body, waitsFor.length === 0 ? "" : `Blocked by: ${issuesOf(waitsFor)}`, `Delegated from #${parent}`]
      .filter((text) => text !== "")
      .join("\n\n"),
    labels: [
      optInLabel(settings),
      `${names.parent}${parent}`,
      ...(pins.agent === undefined ? [] : [`${names.agent}${pins.agent}`]),
      ...(pins.complexity === undefined ? [] : [`${names.complexity}${pins.complexity}`]),
      ...others,
    ],
    others,
    pins,
  };
}

function issuesOf(ids: readonly TaskId[]): string {
  return ids.map((id) => `#${id}`).join(", ");
}

/**
 * Which parts each part waits for, by their places from 0 on: its labels `blocked-by:` name places in the same list,
 * from 1 on. Places that are none, and its own, are left out.
 */
export function partBlockers(parts: readonly Delegation[]): readonly (readonly number[])[] {
  const word = defaultLabelNames.blocked_by;
  return parts.map(({ labels }, own) => {
    const named = labels.filter((label) => label.toLowerCase().startsWith(word));
    const places = named.flatMap((label) =>
      issueNumbers(label.slice(word.length).replaceAll(/(^|[\s,])(?=\d)/g, "$1#")),
    );
    const known = places.map((place) => Number(place) - 1).filter((place) => place !== own && place < parts.length);
    return [...new Set(known)];
  });
}

/**
 * The order in which parts can be opened, each after those that it waits for. Parts that would wait for each other are
 * taken as they come: the one that comes first does not wait.
 */
export function partOrder(waits: readonly (readonly number[])[]): readonly number[] {
  const order: number[] = [];
  const left = new Set(waits.keys());
  while (left.size > 0) {
    const free = [...left].find((place) => waits[place]?.every((other) => !left.has(other)) === true);
    const [first = 0] = left;
    const next = free ?? first;
    left.delete(next);
    order.push(next);
  }
  return order;
}

/** The label by which people see that orch takes an issue in. */
function optInLabel({ intake, labels }: Pick<ForgeSettings, "labels" | "intake">): string {
  return intake.onlyLabel ?? labels.names.orchestrate;
}

/** What a part pins: the agent that is suggested, where there is one of that name, and a complexity. */
export function partPins(
  part: Delegation,
  { names, agents }: { readonly names: LabelNames; readonly agents: readonly string[] },
): TaskPins {
  const agent = parseAgentName(part.suggestedAgent?.toLowerCase() ?? "");
  const tier = part.labels
    .filter((label) => label.toLowerCase().startsWith(names.complexity.toLowerCase()))
    .map((label) => parseComplexity(label.slice(names.complexity.length).trim()))
    .find((each) => each !== undefined);
  return {
    ...(agent.ok && agents.includes(agent.value) ? { agent: agent.value } : {}),
    ...(tier === undefined ? {} : { complexity: tier }),
  };
}
