import { complexities, type AgentName, type AgentProfile, type Complexity } from "@orch/core";

const MOST_TEXT = 300;
const MOST_ITEMS = 20;

/** What a classifier said, cut to what orch uses of it. */
export interface Classification {
  /** As written; may be no agent at all. */
  readonly agent: string;
  readonly complexity: Complexity;
  readonly reason: string;
  readonly profile: AgentProfile;
  readonly skills: readonly string[];
}

const list = { type: "array", items: { type: "string", maxLength: MOST_TEXT }, maxItems: MOST_ITEMS };

/** The JSON Schema of a classification (seed row A44), for the agents that may be chosen. */
export function classificationSchema(agents: readonly AgentName[]): Readonly<Record<string, unknown>> {
  return {
    type: "object",
    additionalProperties: false,
    required: ["executor", "complexity", "reason", "profile", "selected_skills"],
    properties: {
      executor: { type: "string", enum: [...agents] },
      complexity: { type: "string", enum: [...complexities] },
      reason: { type: "string", maxLength: MOST_TEXT },
      profile: {
        type: "object",
        additionalProperties: false,
        required: ["role", "skills", "tools", "constraints"],
        properties: { role: { type: "string", maxLength: MOST_TEXT }, skills: list, tools: list, constraints: list },
      },
      selected_skills: list,
    },
  };
}

/** Reads an answer that fits the schema; what a lenient model left out has a harmless value. Never throws. */
export function readClassification(answer: unknown): Classification {
  const said = objectOf(answer);
  const profile = objectOf(said["profile"]);
  return {
    agent: textOf(said["executor"]),
    complexity: complexities.find((tier) => tier === said["complexity"]) ?? "medium",
    reason: textOf(said["reason"]),
    profile: {
      role: textOf(profile["role"]),
      skills: textsOf(profile["skills"]),
      tools: textsOf(profile["tools"]),
      constraints: textsOf(profile["constraints"]),
    },
    skills: textsOf(said["selected_skills"]),
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** One line without control characters: a model wrote it, and it will stand in logs and prompts. */
function textOf(value: unknown): string {
  if (typeof value !== "string") return "";
  return value
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .slice(0, MOST_TEXT);
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  const texts = value.slice(0, MOST_ITEMS).map((item: unknown) => textOf(item));
  return [...new Set(texts.filter((text) => text !== ""))];
}
