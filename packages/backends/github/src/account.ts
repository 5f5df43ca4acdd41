import type { ForgeAccount, ForgeRole } from "@orch/core";

import { APP_PERMISSIONS } from "./access/app-token.ts";
import { selfOf, type Access } from "./identity.ts";
import { isSameName } from "./place.ts";
import type { Repository } from "./repository.ts";
import { roleAllowed } from "./roles.ts";
import { userOf } from "./shapes.ts";

const WRITERS: ReadonlySet<ForgeRole> = new Set(["admin", "maintain", "write"]);

/** Who orch is, what its token may do, and what stands in its way: for a person who looks why nothing happens. */
export async function accountOf(repository: Repository, access: Access): Promise<ForgeAccount> {
  const { client, at, place } = repository;
  const rest = client.rest("dispatch");
  const source = await access.source();
  const who = "slug" in access ? await appOf(repository, access) : await personOf(repository);
  const here = await place.verify();
  const { data } = await rest.repos.get(at);
  const role = "slug" in access ? "write" : (roleAllowed(data.permissions) ?? "read");
  const faults = placeFaults(repository.fullName, data);
  const moved = isSameName(here.fullName, repository.fullName) ? {} : { movedTo: here.fullName };
  const missing = [...missingOf(repository.fullName, { ...who, role, ...data }), ...faults];
  return { ...who, ...moved, source, role, missing };
}

type Who = Pick<ForgeAccount, "user" | "rights">;

async function appOf({ client }: Repository, access: Access): Promise<Who> {
  const rights = Object.entries(APP_PERMISSIONS).map(([name, right]) => `${name}: ${right}`);
  return { user: await selfOf(client, access), rights };
}

/** Only classic tokens tell their scopes. */
async function personOf({ client }: Repository): Promise<Who> {
  const { data, headers } = await client.rest("dispatch").users.getAuthenticated();
  const scopes = headers["x-oauth-scopes"];
  const user = userOf(data);
  if (typeof scopes !== "string") return { user };
  return { user, rights: scopes.split(",").flatMap((scope) => (scope.trim() === "" ? [] : [scope.trim()])) };
}

function missingOf(
  name: string,
  who: Who & { readonly role: ForgeRole; readonly private?: boolean },
): readonly string[] {
  const { user, role, rights } = who;
  const may = WRITERS.has(role) ? [] : [`${user.login} may not write to ${name}`];
  const needed = who.private === true ? ["repo"] : ["repo", "public_repo"];
  // An App's rights are permissions and no scopes, and it has all of them.
  const isScoped = rights !== undefined && !user.isBot;
  if (!isScoped || rights.some((scope) => needed.includes(scope))) return may;
  return [...may, `the token lacks the scope ${needed.join(" or ")}`];
}

function placeFaults(
  name: string,
  { archived, has_issues: hasIssues }: { readonly archived?: boolean; readonly has_issues?: boolean },
): readonly string[] {
  return [
    ...(archived === true ? [`${name} is archived`] : []),
    ...(hasIssues === false ? [`${name} has its issues switched off`] : []),
  ];
}
