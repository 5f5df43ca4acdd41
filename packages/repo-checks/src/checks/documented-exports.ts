import { DOCUMENTED_SHARE } from "../policy.ts";
import { isTest } from "../source-kinds.ts";
import { syntaxOf } from "../syntax.ts";
import type { Violation } from "../violation.ts";
import type { TextFile, Workspace } from "../workspace.ts";

/** Enough exported declarations of every member have a doc comment. */
export function checkDocumentedExports(workspace: Workspace): readonly Violation[] {
  return workspace.members.flatMap((member) => {
    const exports = member.sources.filter((file) => !isTest(file)).flatMap((file) => exportsOf(file));
    const bare = exports.filter((item) => !item.documented);
    const least = member.manifest.name === "@orch/core" ? DOCUMENTED_SHARE.core : DOCUMENTED_SHARE.others;
    const share = exports.length === 0 ? 1 : 1 - bare.length / exports.length;
    if (share >= least) return [];
    const names = bare.slice(0, 8).map((item) => item.name);
    const message = `${Math.round(share * 100)} % of exports are documented, at least ${least * 100} %; for example ${names.join(", ")}`;
    return [{ where: member.folder, message }];
  });
}

function exportsOf(file: TextFile): readonly { name: string; documented: boolean }[] {
  const { program, comments } = syntaxOf(file);
  return program.body.flatMap((statement) => {
    if (statement.type !== "ExportNamedDeclaration" || statement.declaration === null) return [];
    const documented = comments.some(
      (comment) =>
        comment.type === "Block" &&
        comment.value.startsWith("*") &&
        comment.end <= statement.start &&
        file.text.slice(comment.end, statement.start).trim() === "",
    );
    const name = file.text.slice(statement.start).split("\n")[0]?.slice(0, 60) ?? "";
    return [{ name: `${file.path}: ${name}`, documented }];
  });
}
