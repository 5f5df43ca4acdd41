import { DEPENDENCY_HOMES } from "../policy.ts";
import { DEVELOPMENT_MEMBERS } from "../source-kinds.ts";
import type { Violation } from "../violation.ts";
import type { Member, Workspace } from "../workspace.ts";

/** A product member uses a third-party package only where the policy gives that package a home. */
export function checkDependencies(workspace: Workspace): readonly Violation[] {
  return workspace.members.flatMap((member) => [...checkHomes(member), ...checkVersions(member)]);
}

function checkHomes(member: Member): readonly Violation[] {
  const { name, dependencies, peerDependencies, optionalDependencies } = member.manifest;
  if (DEVELOPMENT_MEMBERS.has(name)) return [];
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })
    .filter((dependency) => !dependency.startsWith("@orch/"))
    .filter((dependency) => !(DEPENDENCY_HOMES[dependency] ?? []).includes(name))
    .map((dependency) => ({
      where: `${member.folder}/package.json`,
      message: `${name} may not depend on ${dependency}`,
    }));
}

function checkVersions(member: Member): readonly Violation[] {
  const { dependencies, devDependencies, optionalDependencies } = member.manifest;
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
  return Object.entries(all).flatMap(([dependency, range]) => {
    const wanted = dependency.startsWith("@orch/") ? "workspace:^" : "catalog:";
    if (range === wanted) return [];
    const message = `${dependency} must be "${wanted}", not "${range}"`;
    return [{ where: `${member.folder}/package.json`, message }];
  });
}
