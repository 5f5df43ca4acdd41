import type { ClassificationRequest } from "@orch/core";

import { visibleLine } from "./clean-text.ts";
import { cutEnd, cutList } from "./cut-text.ts";
import { createEnvelope } from "./envelope.ts";
import { createTemplates } from "./templates-engine.ts";
import { taskText } from "./variables.ts";

const MOST_SKILLS = 100;
const MOST_SKILL_LINE = 300;

/** The variables of `route.md`. */
export interface RouteVariables {
  readonly agents: readonly string[];
  readonly skills: readonly string[];
  readonly fence: string;
  /** What is wanted, in its envelope. */
  readonly task: string;
}

/**
 * Writes the question of the classifier (seed row A43): bounded, with what strangers wrote in an envelope. `fence` is a
 * fresh random text of 16 to 128 letters and digits. Throws `template_invalid`.
 */
export function renderRoute(
  request: Pick<ClassificationRequest, "task" | "agents" | "skills">,
  { fence }: { readonly fence: string },
): string {
  const envelope = createEnvelope(fence);
  const skills = request.skills.map(({ id, name, description }) =>
    cutEnd(envelope.line(`${id}: ${name}. ${description}`), MOST_SKILL_LINE),
  );
  const variables: RouteVariables = {
    agents: request.agents.map((agent) => visibleLine(agent)),
    skills: cutList(skills, MOST_SKILLS),
    fence,
    task: taskText(request.task, envelope),
  };
  return createTemplates().fill("route", variables);
}
