import type { Forge, ForgeRole, Task } from "@orch/core";

/** One look at a repository: what many comments ask for is asked of its forge once. */
export interface Look {
  /** The forge, which says during this look once what somebody may do. */
  readonly forge: Forge;
  /** The numbers of the issues about whose texts it was decided during this look. */
  readonly considered: Set<number>;
  /** The task that is over and had the pull request with this number. */
  readonly ended: Map<number, Promise<Task | undefined>>;
}

/** Begins a look. It lasts a moment: whoever may less afterwards is known by the next one. */
export function lookOf(forge: Forge): Look {
  const roles = new Map<string, Promise<ForgeRole>>();
  const roleOf = (login: string): Promise<ForgeRole> => {
    const role = roles.get(login) ?? forge.roleOf(login);
    roles.set(login, role);
    // What failed once may be told the next time.
    role.catch(() => roles.delete(login));
    return role;
  };
  return { forge: { ...forge, roleOf }, considered: new Set(), ended: new Map() };
}
