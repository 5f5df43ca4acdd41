import type { Baseline } from "./compare.ts";

/** Reads a baseline file's text. Throws when it is no object of positive numbers. */
export function parseBaseline(text: string): Baseline {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new Error("the baseline is no JSON object");
  const entries = Object.entries(value);
  const bad = entries.find(([, ratio]) => typeof ratio !== "number" || !(ratio > 0));
  if (bad !== undefined) throw new Error(`the baseline's ratio of "${bad[0]}" is no positive number`);
  return Object.fromEntries(entries);
}
