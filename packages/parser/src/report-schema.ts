import type { AgentReport, Delegation } from "@orch/core";
import { z } from "zod";

const MAX_TEXT = 20_000;
const MAX_ITEMS = 200;

const text = z.string().transform((value) => value.trim().slice(0, MAX_TEXT));
const optionalText = z
  .union([text, z.boolean().transform((value) => (value ? "yes" : "")), z.null()])
  .optional()
  .transform((value) => (value === "" || value === null ? undefined : value));
const texts = z
  .union([
    z.array(z.union([text, z.null()])),
    // A single sentence where a list belongs is a list of one.
    text.transform((value) => [value]),
    z.null(),
  ])
  .optional()
  .transform((items) =>
    (items ?? []).filter((item): item is string => item !== null && item !== "").slice(0, MAX_ITEMS),
  );

const delegation = z
  .object({
    title: text.refine((value) => value !== "", "must not be empty"),
    body: optionalText,
    labels: texts,
    suggested_agent: optionalText,
  })
  .transform((raw): Delegation => ({
    title: raw.title,
    body: raw.body ?? "",
    labels: raw.labels,
    ...(raw.suggested_agent === undefined ? {} : { suggestedAgent: raw.suggested_agent }),
  }));

/**
 * The final report as agents write it (snake case, lists may be missing). Strict about `status`, because a guessed
 * status would turn an unknown into a success; lenient about the rest.
 */
export const AgentReportSchema: z.ZodType<AgentReport> = z
  .object({
    status: z.enum(["done", "in_progress", "blocked", "needs_review"]),
    summary: optionalText,
    accomplished: texts,
    remaining: texts,
    files: texts,
    files_changed: texts,
    learnings: texts,
    blockers: texts,
    delegations: z
      .array(delegation)
      .nullish()
      .transform((items) => (items ?? []).slice(0, MAX_ITEMS)),
    error: optionalText,
    reason: optionalText,
    needs_help: optionalText,
  })
  .transform((raw): AgentReport => ({
    status: raw.status,
    summary: raw.summary ?? "",
    accomplished: raw.accomplished,
    remaining: raw.remaining,
    files: [...new Set([...raw.files, ...raw.files_changed])],
    learnings: raw.learnings,
    blockers: raw.blockers,
    delegations: raw.delegations,
    ...(raw.error === undefined ? {} : { error: raw.error }),
    ...(raw.reason === undefined ? {} : { reason: raw.reason }),
    ...(raw.needs_help === undefined ? {} : { needsHelp: raw.needs_help }),
  }));
