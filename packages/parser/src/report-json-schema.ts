import type { Json } from "@orch/core";

const list = { type: "array", items: { type: "string" } } as const;
const maybe = { type: ["string", "null"] } as const;

/**
 * The JSON Schema of the final report, strict in the way that model services ask for (every key required, no other
 * key; what may be missing is null). Given to agents that take an output schema, and shown in prompts.
 */
export const agentReportJsonSchema: Json = {
  type: "object",
  additionalProperties: false,
  required: [
    "status",
    "summary",
    "accomplished",
    "remaining",
    "files",
    "learnings",
    "blockers",
    "delegations",
    "error",
    "reason",
    "needs_help",
  ],
  properties: {
    status: {
      type: "string",
      enum: ["done", "in_progress", "blocked", "needs_review"],
      description: "done only when everything that was asked for is there and checked",
    },
    summary: { type: "string", description: "What was done, in one to three sentences" },
    accomplished: { ...list, description: "What is finished" },
    remaining: { ...list, description: "What is left to do" },
    files: { ...list, description: "Paths of changed files, relative to the repository" },
    learnings: { ...list, description: "What the next person should know" },
    blockers: { ...list, description: "What stands in the way" },
    delegations: {
      type: "array",
      description: "Work that should become tasks of its own",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["title", "body", "labels", "suggested_agent"],
        properties: { title: { type: "string" }, body: { type: "string" }, labels: list, suggested_agent: maybe },
      },
    },
    error: { ...maybe, description: "The error that ended the work, or null" },
    reason: { ...maybe, description: "Why the status is not done, or null" },
    needs_help: { ...maybe, description: "A question for a person, or null" },
  },
};
