import { posix } from "node:path";

import { allSources } from "../source-kinds.ts";
import type { Violation } from "../violation.ts";
import type { Workspace } from "../workspace.ts";

const BANNED = /^(utils?|helpers?|common|misc|shared|stuff)$/;

/** Every file and folder is named after what it holds. */
export function checkFileNames(workspace: Workspace): readonly Violation[] {
  return allSources(workspace).flatMap((file) => {
    const names = file.path.split("/").map((part) => posix.parse(part).name.split(".")[0] ?? "");
    return names
      .filter((name) => BANNED.test(name))
      .map((name) => ({ where: file.path, message: `"${name}" says nothing; name the content` }));
  });
}
