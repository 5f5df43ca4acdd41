import { productSources } from "../source-kinds.ts";
import { locate, visit } from "../syntax.ts";
import type { Violation } from "../violation.ts";
import type { Workspace } from "../workspace.ts";

/** Products make typed errors with a code; a bare `Error` exists only in `internal/assert.ts`. */
export function checkErrors(workspace: Workspace): readonly Violation[] {
  return productSources(workspace).flatMap(({ file }) => {
    const found: Violation[] = [];
    if (file.path.endsWith("/internal/assert.ts")) return found;
    const report = (offset: number): void => {
      found.push({ where: locate(file, offset), message: "use a typed error instead of Error" });
    };
    visit(file, {
      NewExpression: (node) => {
        if (node.callee.type === "Identifier" && node.callee.name === "Error") report(node.start);
      },
      CallExpression: (node) => {
        if (node.callee.type === "Identifier" && node.callee.name === "Error") report(node.start);
      },
    });
    return found;
  });
}
