import { valueAt } from "./mapping.ts";
import { keyOf, type KeyPath } from "./parse-document.ts";
import type { Notice, Problem } from "./problem.ts";
import type { WrittenConfig } from "./read-config-text.ts";

/** Collects what is wrong or worth knowing about the files taken together. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly notices: readonly Notice[];
  problem(path: KeyPath, message: string): void;
  notice(path: KeyPath, message: string): void;
}

/** Findings that name the place in the last file that holds the key. */
export function createFindings(files: readonly WrittenConfig[]): Findings {
  const problems: Problem[] = [];
  const notices: Notice[] = [];
  function locate(path: KeyPath, message: string): Problem {
    const source = files.findLast(({ file }) => valueAt(file, path) !== undefined);
    return { ...(source === undefined ? {} : { place: source.placeOf(path) }), key: keyOf(path), message };
  }
  return {
    problems,
    notices,
    problem: (path, message) => void problems.push(locate(path, message)),
    notice: (path, message) => void notices.push(locate(path, message)),
  };
}
