import { INDEX_LINE_EXCEPTIONS, INDEX_LINES } from "../policy.ts";
import { syntaxOf } from "../syntax.ts";
import type { Violation } from "../violation.ts";
import type { TextFile, Workspace } from "../workspace.ts";

/** `src/index.ts` is a short hand-written list of named exports and nothing else. */
export function checkIndexShape(workspace: Workspace): readonly Violation[] {
  return workspace.members.flatMap((member) => {
    const index = member.sources.find((file) => file.path === `${member.folder}/src/index.ts`);
    return index === undefined
      ? []
      : checkIndex(index, INDEX_LINE_EXCEPTIONS[member.manifest.name]?.lines ?? INDEX_LINES);
  });
}

function checkIndex(index: TextFile, limit: number): readonly Violation[] {
  const messages: string[] = [];
  const lines = index.text.trimEnd().split("\n").length;
  if (lines > limit) messages.push(`has ${lines} lines; at most ${limit}`);
  for (const statement of syntaxOf(index).program.body) {
    if (statement.type === "ExportAllDeclaration") messages.push("has `export *`");
    else if (statement.type === "ExportDefaultDeclaration") messages.push("has a default export");
    else if (statement.type !== "ExportNamedDeclaration") messages.push("holds more than exports");
    else if (statement.source === null) messages.push("declares something itself");
  }
  return [...new Set(messages)].map((message) => ({ where: index.path, message }));
}
