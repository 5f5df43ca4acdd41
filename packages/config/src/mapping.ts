/** True for a plain mapping, as opposed to a list or a single value. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path through mappings and lists, or undefined. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let inner = value;
  for (const part of path) {
    if (Array.isArray(inner) && typeof part === "number") inner = inner[part];
    else inner = isMapping(inner) && Object.hasOwn(inner, part) ? inner[part] : undefined;
  }
  return inner;
}
