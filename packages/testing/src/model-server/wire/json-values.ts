/** Type-safe looks into JSON that others wrote. */

/** The value as an object; empty when it is none. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

/** The value as a list of objects; entries that are none are left out. */
export function asRecords(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The value as a string; empty when it is none. */
export function asString(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The names of the fields that a JSON schema of an object has. */
export function fieldsOf(schema: unknown): readonly string[] {
  return Object.keys(asRecord(asRecord(schema)["properties"]));
}

/**
 * The text in a message content: a string, or the texts of its parts. Results
 * of tools may nest their content.
 */
export function textOf(content: unknown): string {
  if (typeof content === "string") {
    return content;
  }
  if (!Array.isArray(content)) {
    return "";
  }
  return content
    .map((part: unknown) => (typeof part === "string" ? part : partText(asRecord(part))))
    .filter((text) => text !== "")
    .join("\n");
}

function partText(part: Readonly<Record<string, unknown>>): string {
  return asString(part["text"]) || textOf(part["content"]) || asString(part["thinking"]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
