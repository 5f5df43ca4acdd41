import { fieldAt, isJsonObject, listAt, textAt } from "@orch/parser/text";

const SHOWN = 8;

/**
 * Why a model can't be used, from the answer of `GET /config/providers`; opencode itself would only say that something
 * unexpected happened. Undefined: it can, or nothing is known.
 */
export function missingModel(providers: unknown, model: unknown): string | undefined {
  const wanted = { provider: textAt(model, "providerID"), id: textAt(model, "modelID") };
  const known = listAt(providers, "providers");
  if (wanted.provider === undefined || wanted.id === undefined || known.length === 0) return undefined;
  const provider = known.find((candidate) => textAt(candidate, "id") === wanted.provider);
  if (provider === undefined) {
    const names = known.map((candidate) => textAt(candidate, "id") ?? "?");
    return `opencode has no provider ${wanted.provider}; it has ${listed(names)}`;
  }
  const models = fieldAt(provider, "models");
  if (!isJsonObject(models) || Object.hasOwn(models, wanted.id)) return undefined;
  return `the provider ${wanted.provider} has no model ${wanted.id}; it has ${listed(Object.keys(models))}`;
}

function listed(names: readonly string[]): string {
  return names.length <= SHOWN
    ? names.join(", ")
    : `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more`;
}
