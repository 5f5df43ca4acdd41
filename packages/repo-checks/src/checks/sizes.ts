import { FILE_LINES, LONG_FILE_LINES, LONG_FILE_SHARE, MEMBER_LINE_EXCEPTIONS, MEMBER_LINES } from "../policy.ts";
import { allSources, DEVELOPMENT_MEMBERS, isTest, productSources } from "../source-kinds.ts";
import { countCodeLines } from "../syntax.ts";
import type { Violation } from "../violation.ts";
import type { Workspace } from "../workspace.ts";

/** Files, members and the share of code in long files stay below their limits. */
export function checkSizes(workspace: Workspace): readonly Violation[] {
  return [...checkFiles(workspace), ...checkMembers(workspace), ...checkLongFileShare(workspace)];
}

function checkFiles(workspace: Workspace): readonly Violation[] {
  return allSources(workspace).flatMap((file) => {
    const limit = isTest(file) ? FILE_LINES.test : FILE_LINES.source;
    const lines = countCodeLines(file);
    return lines <= limit ? [] : [{ where: file.path, message: `${lines} lines, limit ${limit}` }];
  });
}

function checkMembers(workspace: Workspace): readonly Violation[] {
  return workspace.members
    .filter((member) => !DEVELOPMENT_MEMBERS.has(member.manifest.name))
    .flatMap((member) => {
      const limit = MEMBER_LINE_EXCEPTIONS[member.manifest.name]?.lines ?? MEMBER_LINES;
      const lines = member.sources.filter((file) => !isTest(file)).reduce((sum, file) => sum + countCodeLines(file), 0);
      if (lines <= limit) return [];
      return [{ where: member.folder, message: `${lines} lines of code, limit ${limit}` }];
    });
}

function checkLongFileShare(workspace: Workspace): readonly Violation[] {
  const counts = productSources(workspace).map(({ file }) => countCodeLines(file));
  const total = counts.reduce((sum, lines) => sum + lines, 0);
  const long = counts.filter((lines) => lines > LONG_FILE_LINES);
  const share = total === 0 ? 0 : long.reduce((sum, lines) => sum + lines, 0) / total;
  if (share <= LONG_FILE_SHARE) return [];
  const percent = Math.round(share * 100);
  const message = `${percent} % of the code is in ${long.length} files over ${LONG_FILE_LINES} lines, limit ${LONG_FILE_SHARE * 100} %`;
  return [{ where: "packages", message }];
}
