import type { LoginFile, SandboxPlan, SandboxSecret } from "@orch/core";
import { replaceFile } from "@orch/security";

/** For a backend that can't keep credentials outside: writes the login files as they are, and gives the environment with the values. */
export async function revealAll({ env, secrets, logins }: SandboxPlan): Promise<Readonly<Record<string, string>>> {
  await revealLogins(logins);
  return revealSecrets(env, secrets);
}

/** Writes login files as the person has them. */
export async function revealLogins(logins: readonly LoginFile[]): Promise<void> {
  for (const { path, text } of logins) await replaceFile(path, text);
}

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
