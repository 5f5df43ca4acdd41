import type { Argument } from "oxc-parser";

import { productSources } from "../source-kinds.ts";
import { locate, textOf, visit } from "../syntax.ts";
import type { Violation } from "../violation.ts";
import type { TextFile, Workspace } from "../workspace.ts";

const SHELL_FUNCTIONS = new Set(["exec", "execSync"]);
const STARTERS = new Set(["spawn", "spawnSync", "execFile", "execFileSync", "execa", "execaSync"]);
const SHELL_NAME = /^(\/(usr\/)?bin\/)?(ba|da|z|k)?sh$/;

/** Programs are started with an argument list: no text ever reaches a shell's parser. */
export function checkShell(workspace: Workspace): readonly Violation[] {
  return productSources(workspace).flatMap(({ file }) => checkFile(file));
}

function checkFile(file: TextFile): readonly Violation[] {
  const found: Violation[] = [];
  const report = (offset: number, message: string): void => {
    found.push({ where: locate(file, offset), message });
  };
  visit(file, {
    ImportDeclaration: (node) => {
      if (!/^(node:)?child_process$/.test(node.source.value)) return;
      for (const specifier of node.specifiers) {
        const imported = specifier.type === "ImportSpecifier" ? textOf(file, specifier.imported) : "*";
        if (SHELL_FUNCTIONS.has(imported) || imported === "*") {
          report(specifier.start, `import of child_process ${imported}: use spawn or execFile`);
        }
      }
    },
    Property: (node) => {
      if (textOf(file, node.key) !== "shell") return;
      if (textOf(file, node.value) === "true") report(node.start, "shell option");
    },
    ArrayExpression: (node) => {
      const [first] = node.elements;
      if (first?.type === "Literal" && first.value === "-c") report(node.start, '"-c" argument');
    },
    CallExpression: (node) => {
      if (STARTERS.has(textOf(file, node.callee)) && hasShellOption(file, node.arguments)) {
        report(node.start, "shell option");
      }
      const [first] = node.arguments;
      if (first?.type !== "Literal" || typeof first.value !== "string") return;
      if (SHELL_NAME.test(first.value)) report(node.start, `starts ${first.value}`);
    },
  });
  return found;
}

/** A `shell` option that is decided elsewhere is as dangerous as `true`, which is found anyway. */
function hasShellOption(file: TextFile, values: readonly Argument[]): boolean {
  return values.some(
    (value) =>
      value.type === "ObjectExpression" &&
      value.properties.some(
        (property) =>
          property.type === "Property" &&
          textOf(file, property.key) === "shell" &&
          !["true", "false"].includes(textOf(file, property.value)),
      ),
  );
}
