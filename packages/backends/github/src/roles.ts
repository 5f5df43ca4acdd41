import { isOrchError, type ForgeRole } from "@orch/core";

import { orAbsent } from "./client/forge-errors.ts";
import { isFork, type Repository } from "./repository.ts";

const ROLES: readonly ForgeRole[] = ["admin", "maintain", "write", "triage", "read", "none"];

/**
 * What somebody may do. Who works through a fork is not told, where it may not write there itself: then the owner is
 * known by name, and nobody else counts.
 */
export async function roleIn(repository: Repository, login: string): Promise<ForgeRole> {
  try {
    return await toldRole(repository, login);
  } catch (error) {
    if (!isFork(repository) || !isOrchError(error, "forge_denied") || error.details["status"] !== 403) throw error;
    return login.toLowerCase() === repository.at.owner.toLowerCase() ? "admin" : "none";
  }
}

/** What GitHub says; an organisation's own role counts as the most that it allows. */
async function toldRole({ client, at }: Repository, login: string): Promise<ForgeRole> {
  const rest = client.rest("dispatch");
  const answer = await orAbsent(rest.repos.getCollaboratorPermissionLevel({ ...at, username: login }));
  if (answer === undefined) return "none";
  const { role_name: named, permission, user } = answer.data;
  const known = ROLES.find((role) => role === named);
  if (known !== undefined) return known;
  return roleAllowed(user?.permissions) ?? ROLES.find((role) => role === permission) ?? "none";
}

/** The most that a list of rights allows. */
export function roleAllowed(may: Rights | undefined): ForgeRole | undefined {
  const words: readonly (readonly [ForgeRole, boolean | undefined])[] = [
    ["admin", may?.admin],
    ["maintain", may?.maintain],
    ["write", may?.push],
    ["triage", may?.triage],
    ["read", may?.pull],
  ];
  return words.find(([, has]) => has === true)?.[0];
}

interface Rights {
  readonly admin?: boolean;
  readonly maintain?: boolean;
  readonly push?: boolean;
  readonly triage?: boolean;
  readonly pull?: boolean;
}
