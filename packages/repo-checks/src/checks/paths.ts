import { FIXED_FOLDER_EXCEPTIONS } from "../policy.ts";
import { productSources } from "../source-kinds.ts";
import { locate, visit } from "../syntax.ts";
import type { Violation } from "../violation.ts";
import type { TextFile, Workspace } from "../workspace.ts";

const FIXED_FOLDER = /^\/(tmp|root|home|Users|work|var|usr\/local)(\/|$)/;

/** No module knows a folder of one machine, and none finds itself by `__dirname`. */
export function checkPaths(workspace: Workspace): readonly Violation[] {
  return productSources(workspace)
    .filter(({ file }) => FIXED_FOLDER_EXCEPTIONS[file.path] === undefined)
    .flatMap(({ file }) => checkFile(file));
}

function checkFile(file: TextFile): readonly Violation[] {
  const found: Violation[] = [];
  const check = (text: string, offset: number): void => {
    if (!FIXED_FOLDER.test(text)) return;
    found.push({ where: locate(file, offset), message: `fixed folder ${JSON.stringify(text)}` });
  };
  visit(file, {
    Literal: (node) => {
      if (typeof node.value === "string") check(node.value, node.start);
    },
    TemplateElement: (node) => {
      check(node.value.raw, node.start);
    },
    Identifier: (node) => {
      if (node.name !== "__dirname" && node.name !== "__filename") return;
      found.push({ where: locate(file, node.start), message: `${node.name} is not defined here` });
    },
  });
  return found;
}
