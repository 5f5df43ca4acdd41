import type { ForgeRole, ForgeUser, IntakeSettings, TrustTier } from "@orch/core";

/** True for roles that may push to the repository. */
export function mayWrite(role: ForgeRole): boolean {
  return role === "admin" || role === "maintain" || role === "write";
}

/**
 * How far somebody's words are trusted by themselves; undefined: they are a stranger's. Programs are known by their
 * number alone, whatever they may do: what they write is mostly somebody else's.
 */
export function trustOf(
  user: ForgeUser,
  { role, intake }: { readonly role: ForgeRole; readonly intake: IntakeSettings },
): TrustTier | undefined {
  if (user.isBot) return intake.bots.includes(user.id) ? "reviewed" : undefined;
  return mayWrite(role) && isAllowedAuthor(user.login, { role, intake }) ? "trusted" : undefined;
}

/** Whether somebody's wishes are heard as far as their role goes: named, or administering the repository, or where nobody is named. */
export function isAllowedAuthor(
  login: string,
  { role, intake }: { readonly role: ForgeRole; readonly intake: Pick<IntakeSettings, "allowedAuthors"> },
): boolean {
  if (role === "admin" || role === "maintain") return true;
  return intake.allowedAuthors?.includes(login.toLowerCase()) ?? true;
}
