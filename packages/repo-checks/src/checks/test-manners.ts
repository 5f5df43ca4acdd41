import { allSources, isTest } from "../source-kinds.ts";
import { locate, textOf, visit } from "../syntax.ts";
import type { Violation } from "../violation.ts";
import type { TextFile, Workspace } from "../workspace.ts";

const TURNED_OFF = /^(test|it|describe|suite)(\.[a-z]+)*\.(skip|only|todo)$/;
const SLEEP = new Set(["setTimeout", "sleep", "delay"]);

/** No test is switched off or singled out, and none sleeps: wait for a condition instead. */
export function checkTestManners(workspace: Workspace): readonly Violation[] {
  return allSources(workspace).filter(isTest).flatMap(checkFile);
}

function checkFile(file: TextFile): readonly Violation[] {
  const found: Violation[] = [];
  const report = (offset: number, message: string): void => {
    found.push({ where: locate(file, offset), message });
  };
  visit(file, {
    CallExpression: (node) => {
      const text = textOf(file, node.callee);
      if (TURNED_OFF.test(text)) report(node.start, `${text} leaves tests out`);
      if (SLEEP.has(text)) report(node.start, `${text} in a test: wait for a condition`);
      const [first] = node.arguments;
      if (text === "vi.mock" && first?.type === "Literal" && String(first.value).startsWith("@orch/")) {
        report(node.start, "vi.mock of our own package");
      }
    },
    ImportDeclaration: (node) => {
      if (node.source.value === "node:timers/promises") report(node.start, "timers in a test");
    },
  });
  return found;
}
