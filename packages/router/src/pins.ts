import { parseAgentName, parseComplexity, type AgentName, type Complexity, type Task } from "@orch/core";

/** What a person fixed, by the task's own fields or by labels. */
export interface Pins {
  readonly agent: AgentPin;
  /** Absent: nobody said. */
  readonly complexity?: Complexity;
  /** One line per rule that was looked at and had something to say. */
  readonly log: readonly string[];
}

/** Who was asked for; `unusable` is a name that no agent can have. */
export type AgentPin =
  | { readonly kind: "none" }
  | { readonly kind: "agent"; readonly agent: AgentName; readonly by: string }
  | { readonly kind: "unusable"; readonly written: string; readonly by: string };

const AGENT_LABEL = "agent:";
const COMPLEXITY_LABEL = "complexity:";

/** Reads the pins. The task's fields win over labels; of several labels of a kind the first counts. */
export function readPins(task: Task): Pins {
  const log: string[] = [];
  const agent = agentPin(task, log);
  if (agent.kind !== "none") log.push(`pin: ${agent.by}`);
  const complexity = complexityOf(task, log);
  return { agent, log, ...(complexity === undefined ? {} : { complexity }) };
}

function agentPin(task: Task, log: string[]): AgentPin {
  if (task.pins.agent !== undefined)
    return { kind: "agent", agent: task.pins.agent, by: `the task asks for ${task.pins.agent}` };
  const [first, ...others] = valuesOf(task, AGENT_LABEL);
  if (first === undefined) return { kind: "none" };
  if (others.length > 0) log.push(`pin: ignored further agent labels (${others.map(shown).join(", ")})`);
  const by = `label ${AGENT_LABEL}${shown(first)}`;
  const parsed = parseAgentName(first.toLowerCase());
  return parsed.ok ? { kind: "agent", agent: parsed.value, by } : { kind: "unusable", written: shown(first), by };
}

function complexityOf(task: Task, log: string[]): Complexity | undefined {
  if (task.pins.complexity !== undefined) {
    log.push(`complexity: the task says ${task.pins.complexity}`);
    return task.pins.complexity;
  }
  for (const written of valuesOf(task, COMPLEXITY_LABEL)) {
    const complexity = parseComplexity(written);
    if (complexity !== undefined) {
      log.push(`complexity: label ${COMPLEXITY_LABEL}${shown(written)} means ${complexity}`);
      return complexity;
    }
    log.push(`complexity: ignored label ${COMPLEXITY_LABEL}${shown(written)}`);
  }
  return undefined;
}

function valuesOf(task: Task, prefix: string): readonly string[] {
  return task.labels
    .filter((label) => label.toLowerCase().startsWith(prefix))
    .map((label) => label.slice(prefix.length).trim());
}

/** Labels are written by strangers: shown short and without control characters. */
function shown(written: string): string {
  const clean = written.replaceAll(/[^\x20-\x7e]+/g, "?");
  return clean.length > 40 ? `${clean.slice(0, 40)}…` : clean;
}
