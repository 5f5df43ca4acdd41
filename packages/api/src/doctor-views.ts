import { z } from "zod";

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
