import { orchError, type OrchError } from "@orch/core";
import { isJsonObject, type JsonObject } from "@orch/parser/text";

/** What kind of value an option takes. */
export type OptionKind = "text" | "number" | "object";

/**
 * Checks the options of a driver, or of a part of them: known keys of the right kind only.
 * @throws `config_invalid` naming the key and what is allowed
 */
export function checkOptions(
  where: string,
  options: unknown,
  allowed: Readonly<Record<string, OptionKind>>,
): JsonObject {
  if (!isJsonObject(options)) throw invalid(`${where} must be a mapping`, allowed);
  for (const [key, value] of Object.entries(options)) {
    const kind = Object.hasOwn(allowed, key) ? allowed[key] : undefined;
    if (kind === undefined) throw invalid(`${where} has no option ${JSON.stringify(key)}`, allowed);
    if (!isOfKind(value, kind)) throw invalid(`${where}.${key} must be a ${kind}`, allowed);
  }
  return options;
}

/** An error about options, with the allowed keys as its hint. */
export function invalid(message: string, allowed: Readonly<Record<string, OptionKind>>): OrchError {
  const keys = Object.entries(allowed).map(([key, kind]) => `${key} (${kind})`);
  return orchError("config_invalid", message, { hint: `Options: ${keys.join(", ")}.` });
}

function isOfKind(value: unknown, kind: OptionKind): boolean {
  if (kind === "object") return isJsonObject(value);
  if (kind === "number") return typeof value === "number" && Number.isFinite(value) && value >= 0;
  return typeof value === "string" && value !== "";
}
