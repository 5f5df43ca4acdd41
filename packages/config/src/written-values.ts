import { z } from "zod";

import { durationPattern } from "./duration.ts";

const AGENT_NAME = /^[a-z][a-z0-9_-]{0,39}$/;
const PLACEHOLDER = /\{([^{}]*)\}/g;

/** A key with its meaning and, where it has one, its default; both end up in the JSON Schema and in the documents. */
export function key<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  fallback?: unknown,
): z.ZodOptional<Schema> {
  return schema.meta(fallback === undefined ? { description } : { description, default: fallback }).optional();
}

/** A text of bounded length. */
export const text = z.string("must be a text; quote it").max(4096);
/** A list of texts, such as patterns or paths. */
export const words = z.array(text.min(1), "must be a list").max(1000);
/** A program and its arguments. */
export const argv = z
  .array(text, "must be a list of words, such as [npm, test]: orch starts programs without a shell")
  .min(1, "must name a program")
  .max(1000);
/** Names as a list, or as one text with commas. */
export const names = z.union([words, text], { error: "must be a list of names" });
/** A whole number from 1. */
export const count = z.int("must be a whole number").min(1, "must be at least 1");
/** A whole number from 0, such as of tokens. */
export const tokens = z.int("must be a whole number").min(0, "must be at least 0");
/** Hundredths of a whole. */
export const percent = z.int("must be a whole percentage").min(0, "must be at least 0").max(100, "must be at most 100");
/** A number of days. */
export const days = z.int("must be a whole number of days").min(0, "must be at least 0").max(36_500);
/** A number of bytes. */
export const bytes = z.int("must be a whole number of bytes").min(1, "must be at least 1");
const DURATION = "must be seconds as a number, or a text such as 30s, 5m or 1h";
/** Seconds, or a text with a unit. */
export const duration = z.union(
  [z.number().min(0, DURATION).max(1e9, DURATION), z.string().regex(durationPattern, DURATION)],
  {
    error: DURATION,
  },
);
/** The name of an agent. */
export const agentName = z.string().regex(AGENT_NAME, "must be an agent name: lower case letters, digits, - and _");
/** A program that runs around attempts. */
export const hook = z.union([argv, z.strictObject({ run: argv, timeout: duration.optional() })], {
  error: "must be a list of words, or {run: [words], timeout: seconds}",
});
/** The one that runs once in a fresh clone. */
export const setUpHook = z.union(
  [
    argv,
    z.strictObject({
      run: argv,
      timeout: duration.optional(),
      in_advance: z.union([z.boolean(), words], { error: "must be true, false or a list of patterns" }).optional(),
    }),
  ],
  { error: "must be a list of words, or {run: [words], timeout: seconds, in_advance: true}" },
);
/** The value of an environment variable. */
export const variable = z.union([text, z.number(), z.boolean()], { error: "must be a text" });

/** A template for branch names that keeps tasks apart. */
export const branchTemplate = text
  .max(120)
  .refine(
    (template) => /\{(?:issue|id)\}/.test(template),
    "must contain {issue} or {id}, so that no two tasks share it",
  )
  .refine(
    (template) => [...template.matchAll(PLACEHOLDER)].every(([, name]) => /^(?:issue|id|slug)$/.test(name ?? "")),
    "may hold only the placeholders {issue}, {id} and {slug}",
  );
