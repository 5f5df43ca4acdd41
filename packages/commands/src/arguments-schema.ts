import { z } from "zod";

import { maxTextOf, paramsOf, type ArgumentsOf, type Param, type Verb } from "./spec.ts";

/** The strict schema of a verb's arguments: what an unknown caller sent, checked before a handler sees it. */
export function argumentsSchema<V extends Verb>(verb: V): z.ZodType<ArgumentsOf<V>> {
  const shape = Object.fromEntries(Object.entries(paramsOf(verb)).map(([key, param]) => [key, schemaOf(param)]));
  // The shape is made from the same table as the type; a test compares the two on every verb.
  return z.strictObject(shape) as z.ZodType<object> as z.ZodType<ArgumentsOf<V>>;
}

function schemaOf(param: Param): z.ZodType {
  const one = valueSchema(param);
  const value = param.many === true ? z.array(one).max(100) : one;
  return (param.required === true ? value : value.optional()).describe(param.summary);
}

function valueSchema(param: Param): z.ZodType {
  if (param.kind === "boolean") return z.boolean();
  if (param.kind === "integer")
    return z
      .int()
      .min(param.min ?? 0)
      .max(param.max ?? Number.MAX_SAFE_INTEGER);
  if (param.choices !== undefined) return z.enum(param.choices);
  const text = z
    .string()
    .max(maxTextOf(param))
    .refine((value) => !value.includes("\0"), "holds a NUL character");
  return param.required === true ? text.refine((value) => value.trim() !== "", "is empty") : text;
}
