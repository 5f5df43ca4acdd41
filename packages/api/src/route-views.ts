import { z } from "zod";

const part = z.number().describe("from 0 to 1");

const known = {
  agent: z.string(),
  model: z.string().optional().describe("absent: the agent's own default"),
  tasks: z.int().describe("decided tasks that count"),
  landed: z.int().describe("taken as they were made"),
  reworked: z.int().describe("taken after more was asked for"),
  lost: z.int().describe("given up, or taken from somebody else"),
  costUsd: z.number().optional().describe("for each task whose cost is known"),
  mean: part.describe("expected reward before its cost, from 0 to 1"),
  low: part,
  high: part.describe("with `low` the interval that holds the reward with 90 %"),
  costTerm: z.number().describe("what its cost takes from the reward, compared with the others"),
  floor: z
    .enum(["unproven", "held_back", "none"])
    .describe(
      "unproven: too few tasks, so it keeps its turns; held_back: it lands too little, so it gets its share alone",
    ),
};

/** What learning made of one routing. */
export const learnedView = z.object({
  mode: z.enum(["on", "shadow"]).describe("shadow: it decided nothing"),
  agent: z.string().describe("whom it chose, or would have chosen"),
  by: z.enum(["turn", "share", "evidence"]),
  complexity: z.string(),
  kind: z.string().optional(),
  candidates: z.array(
    z.object({
      ...known,
      share: part.describe("of all choices that it gets whatever is known, from 0 to 1"),
      drawn: z.number().optional().describe("by chance from its reward, less its cost; absent: not chosen by evidence"),
    }),
  ),
});

/** All that was learned. */
export const learnedStats = z.object({
  project: z.string().nullable().describe("the project that was looked at; null: all of them"),
  mode: z.enum(["off", "on", "shadow"]).describe("of the project, or of the global file"),
  rows: z.array(z.object({ project: z.string(), complexity: z.string(), kind: z.string().optional(), ...known })),
  shadow: z
    .object({
      choices: z.int(),
      agreed: z.int().describe("it would have chosen whom the router chose"),
      gain: z.number().describe("expected reward of its own choices less that of those that were made, for each"),
    })
    .describe("of the last 30 days"),
});
