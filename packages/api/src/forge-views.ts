import { z } from "zod";

const hour = z.object({
  remaining: z.int(),
  limit: z.int(),
  resetsAt: z.int().describe("milliseconds since 1970"),
});

/** What was asked of a project's forge since the daemon began, and what is left of the hour. */
export const budgetView = z.object({
  project: z.string(),
  forge: z.string().describe("its kind, such as github"),
  repository: z.string().describe("its name there"),
  requests: z
    .object({ dispatch: z.int(), status: z.int(), housekeeping: z.int() })
    .describe("what was asked, by urgency; the most urgent first"),
  unchanged: z.int().describe("of them: answers that had not changed, which cost nothing"),
  points: z.int().describe("GraphQL points that were used"),
  turnedAway: z.int().describe("what was not asked, because of a limit or a forge that failed; it is asked later"),
  core: hour.optional().describe("requests of this hour; absent: not told yet"),
  graphql: hour.optional().describe("GraphQL points of this hour"),
  pausedUntil: z.int().optional().describe("until when nothing is asked; milliseconds since 1970"),
});

/** A project's forge as it is now. */
export const forgeView = budgetView.extend({
  account: z
    .object({
      login: z.string(),
      source: z.string().describe("where its token is from; never the token"),
      role: z.string().describe("what it may do in the repository"),
      rights: z.array(z.string()).optional().describe("what the token was given, where the forge says so"),
      missing: z.array(z.string()).describe("what stands in orch's way there"),
    })
    .optional()
    .describe("who orch is there; absent: see error"),
  configured: z
    .string()
    .optional()
    .describe("what the configuration calls the repository, where it was renamed or transferred since"),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
});
