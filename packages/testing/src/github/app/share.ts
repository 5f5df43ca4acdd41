import type { Repository, Role } from "../state/repository.ts";
import type { World } from "../state/world.ts";

/** Roles by `emulate`'s names; it decides by them who sees a private repository. */
const NAMES: Readonly<Record<Role, string | undefined>> = {
  none: undefined,
  read: "pull",
  triage: "triage",
  write: "push",
  maintain: "maintain",
  admin: "admin",
};

/** Gives someone a role: here, and in `emulate`. */
export async function share(
  world: World,
  repository: Repository,
  { login, role }: { login: string; role: Role },
): Promise<void> {
  repository.roles.set(login.toLowerCase(), role);
  await tellBacking(world, repository, { login, role });
}

/** Lets the administrator of `emulate`, whom nobody else knows, see a new repository. */
export async function openToBacking(world: World, repository: Repository): Promise<void> {
  await tellBacking(world, repository, { login: "admin", role: "admin" });
}

async function tellBacking(
  world: World,
  repository: Repository,
  { login, role }: { login: string; role: Role },
): Promise<void> {
  const permission = NAMES[role];
  const method = permission === undefined ? "DELETE" : "PUT";
  await world.backing.call(method, `/repos/${repository.fullName}/collaborators/${login}`, {
    token: world.backing.tokenFor(repository.ownerIsOrganization ? "admin" : repository.owner),
    ...(permission === undefined ? {} : { body: { permission } }),
  });
}
