import { isEntryPoint, productSources } from "../source-kinds.ts";
import { locate, textOf, visit } from "../syntax.ts";
import type { Violation } from "../violation.ts";
import type { TextFile, Workspace } from "../workspace.ts";

/** `process.env` is read in files called env.ts; the working directory only in the command line. */
export function checkEnvironment(workspace: Workspace): readonly Violation[] {
  return productSources(workspace).flatMap(({ member, file }) => {
    const mayReadFolder = member.folder === "apps/cli" || isEntryPoint(file);
    return checkFile(file, mayReadFolder);
  });
}

function checkFile(file: TextFile, mayReadFolder: boolean): readonly Violation[] {
  const found: Violation[] = [];
  visit(file, {
    MemberExpression: (node) => {
      const text = textOf(file, node);
      if (text === "process.env" && !file.path.endsWith("/env.ts")) {
        found.push({ where: locate(file, node.start), message: "process.env outside an env.ts" });
      }
      if (text === "process.cwd" && !mayReadFolder) {
        found.push({ where: locate(file, node.start), message: "process.cwd() below apps/cli" });
      }
    },
  });
  return found;
}
