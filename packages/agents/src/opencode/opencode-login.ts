import type { Conceal } from "@orch/core";

import { fieldsIn, fieldsNamed, textIn, type LoginShape } from "../login-copy.ts";

/** The year 2100: the copy must not be renewed by the run, which could not tell anybody of the new login. */
const NEVER_MS = Date.UTC(2100);

/**
 * Opencode's `auth.json`: a login for each provider. Only that of the model's provider is given to a run, where the model
 * names one: what could go to another service would be of no use, or do harm, at this one.
 */
export function opencodeLogin(provider: string | undefined): LoginShape {
  return (login, conceal) => {
    if (Array.isArray(login)) return undefined;
    const entries = Object.entries(fieldsIn(login)).filter(([name]) => provider === undefined || name === provider);
    const masked = entries.flatMap(([name, entry]) => {
      const shown = entryOf(name, { fields: fieldsIn(entry), conceal });
      return shown === undefined ? [] : [[name, shown] as const];
    });
    return masked.length === 0 && entries.length > 0 ? undefined : Object.fromEntries(masked);
  };
}

interface Entry {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly conceal: Conceal;
}

function entryOf(provider: string, { fields, conceal }: Entry): Readonly<Record<string, unknown>> | undefined {
  const name = `opencode ${provider}`;
  if (fields["type"] === "api") {
    const key = textIn(fields, "key");
    return key === undefined ? undefined : { type: "api", key: conceal({ name: `${name} key`, value: key }) };
  }
  if (fields["type"] !== "oauth") return undefined;
  const [access, refresh] = [textIn(fields, "access"), textIn(fields, "refresh")];
  if (access === undefined) return undefined;
  return {
    type: "oauth",
    access: conceal({ name: `${name} access token`, value: access }),
    refresh: refresh === undefined ? "" : conceal({ name: `${name} refresh token`, value: refresh, stays: true }),
    expires: NEVER_MS,
    ...fieldsNamed(fields, ["accountId", "enterpriseUrl"]),
  };
}
