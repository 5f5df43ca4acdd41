import { isEntryPoint, productSources } from "../source-kinds.ts";
import { locate, textOf, visit } from "../syntax.ts";
import type { Violation } from "../violation.ts";
import type { TextFile, Workspace } from "../workspace.ts";

const CONTROL = new Set([
  "process.exit",
  "process.exitCode",
  "process.on",
  "process.once",
  "process.abort",
  "process.chdir",
]);

/** Only the entry point of a process ends it, handles its signals or moves it. */
export function checkProcessControl(workspace: Workspace): readonly Violation[] {
  return productSources(workspace)
    .filter(({ file }) => !isEntryPoint(file))
    .flatMap(({ file }) => checkFile(file));
}

function checkFile(file: TextFile): readonly Violation[] {
  const found: Violation[] = [];
  visit(file, {
    MemberExpression: (node) => {
      const text = textOf(file, node);
      if (!CONTROL.has(text)) return;
      found.push({ where: locate(file, node.start), message: `${text} outside a main file` });
    },
  });
  return found;
}
