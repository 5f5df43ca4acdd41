import { importsOf, packageName } from "../imports.ts";
import { LAYERS } from "../policy.ts";
import { DEVELOPMENT_MEMBERS, isTest } from "../source-kinds.ts";
import type { Violation } from "../violation.ts";
import type { Member, Workspace } from "../workspace.ts";

/** Dependencies point strictly downwards; development members appear only in tests. */
export function checkLayers(workspace: Workspace): readonly Violation[] {
  return workspace.members.flatMap((member) => [...checkMember(member), ...checkTestOnlyImports(member)]);
}

function checkMember(member: Member): readonly Violation[] {
  const { name, dependencies, peerDependencies, optionalDependencies } = member.manifest;
  const where = `${member.folder}/package.json`;
  if (DEVELOPMENT_MEMBERS.has(name)) return [];
  const layer = LAYERS[name];
  if (layer === undefined) return [{ where, message: `${name} has no layer in policy.ts` }];
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })
    .filter((dependency) => dependency.startsWith("@orch/"))
    .filter((dependency) => (LAYERS[dependency] ?? Number.POSITIVE_INFINITY) >= layer)
    .map((dependency) => ({
      where,
      message: `${name} (layer ${layer}) must not depend on ${dependency} (layer ${LAYERS[dependency] ?? "development"})`,
    }));
}

function checkTestOnlyImports(member: Member): readonly Violation[] {
  if (DEVELOPMENT_MEMBERS.has(member.manifest.name)) return [];
  const runtime = new Set(Object.keys(member.manifest.dependencies ?? {}));
  return member.sources
    .filter((file) => !isTest(file))
    .flatMap((file) =>
      importsOf(file)
        .map(packageName)
        .filter((name) => name.startsWith("@orch/") && name !== member.manifest.name)
        .filter((name) => !runtime.has(name))
        .map((name) => ({
          where: file.path,
          message: `imports ${name}, which is not in dependencies`,
        })),
    );
}
