import type { SandboxSecret } from "@orch/core";

/** The environment with the values in place of their placeholders: for a backend that can't keep them outside. */
export function revealSecrets(
  env: Readonly<Record<string, string>>,
  secrets: readonly SandboxSecret[],
): Readonly<Record<string, string>> {
  if (secrets.length === 0) return env;
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, revealIn(value, secrets)]));
}

/** A text with the values in place of their placeholders. */
export function revealIn(text: string, secrets: readonly SandboxSecret[]): string {
  return secrets.reduce((shown, { placeholder, value }) => shown.replaceAll(placeholder, () => value), text);
}

/** What is to be said of the credentials of a program that gets them in its environment. */
export function heldOrNone(secrets: readonly SandboxSecret[]): "held" | "none" {
  return secrets.length > 0 ? "held" : "none";
}
