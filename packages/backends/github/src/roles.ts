import type { ForgeRole } from "@orch/core";

import { orAbsent } from "./client/forge-errors.ts";
import type { Repository } from "./repository.ts";

const ROLES: readonly ForgeRole[] = ["admin", "maintain", "write", "triage", "read", "none"];

/** What GitHub says that somebody may do; an organisation's own role counts as the most that it allows. */
export async function roleIn({ client, at }: Repository, login: string): Promise<ForgeRole> {
  const rest = client.rest("dispatch");
  const answer = await orAbsent(rest.repos.getCollaboratorPermissionLevel({ ...at, username: login }));
  if (answer === undefined) return "none";
  const { role_name: named, permission, user } = answer.data;
  const known = ROLES.find((role) => role === named);
  if (known !== undefined) return known;
  const may = user?.permissions;
  const words: readonly (readonly [ForgeRole, boolean | undefined])[] = [
    ["admin", may?.admin],
    ["maintain", may?.maintain],
    ["write", may?.push],
    ["triage", may?.triage],
    ["read", may?.pull],
  ];
  return words.find(([, has]) => has === true)?.[0] ?? ROLES.find((role) => role === permission) ?? "none";
}
