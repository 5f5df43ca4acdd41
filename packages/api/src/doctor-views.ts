import { z } from "zod";

import { confinementView, usageView } from "./task-views.ts";

const hidden = z.record(z.string(), z.int()).describe("how many secrets stand hidden, by their kind");

/** The archive of `doctor --bundle`. */
export const bundleView = z.object({
  path: z.string().describe("absolute path of the archive"),
  bytes: z.int(),
  files: z.array(
    z.object({
      name: z.string(),
      what: z.string(),
      bytes: z.int(),
      cut: z.literal(true).optional().describe("only its end is there"),
      hidden,
    }),
  ),
  missing: z
    .array(z.object({ name: z.string(), what: z.string(), why: z.string() }))
    .describe("what could not be had, or was kept back"),
  hidden,
});

/** What `doctor --smoke` tried. */
export const smokeView = z.object({
  ok: z.boolean().describe("at least one agent did its job, none failed, and each that was named was ready"),
  limits: z.object({ seconds: z.int(), costUsd: z.number() }).describe("of each agent"),
  agents: z.array(
    z.object({
      agent: z.string(),
      driver: z.string(),
      state: z.enum(["ok", "failed", "not_ready"]).describe("not_ready: it was not tried, and nothing was spent"),
      version: z.string().optional(),
      model: z.string().optional(),
      proved: z
        .array(z.enum(["result", "check", "report", "exit_record", "keyless"]))
        .describe("what orch has looked at itself and found in order"),
      reason: z
        .string()
        .optional()
        .describe(
          "why it is not ok: not_installed, logged_out, a reason of a verdict, or what orch found itself: wrong_result, no_receipt, no_report, no_exit_record, key_left",
        ),
      detail: z.string().optional(),
      hint: z.string().optional(),
      seconds: z.number().optional(),
      usage: usageView.optional(),
      confinement: confinementView.optional(),
    }),
  ),
});
