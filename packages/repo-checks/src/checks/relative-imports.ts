import { posix } from "node:path";

import { importsOf } from "../imports.ts";
import type { Violation } from "../violation.ts";
import type { Workspace } from "../workspace.ts";

/** A relative path never leaves its package, where it would load a second copy of a module. */
export function checkRelativeImports(workspace: Workspace): readonly Violation[] {
  return workspace.members.flatMap((member) =>
    member.sources.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith("."))
        .filter((specifier) => {
          const target = posix.join(posix.dirname(file.path), specifier);
          return !target.startsWith(`${member.folder}/`);
        })
        .map((specifier) => ({ where: file.path, message: `"${specifier}" leaves the package` })),
    ),
  );
}
