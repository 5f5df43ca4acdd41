import type { PermissionRules } from "@orch/core";

const TOOLS = ["Read", "Grep", "Glob", "TodoWrite"];
const GIT = ["blame", "cat-file", "diff", "grep", "log", "ls-files", "ls-tree", "rev-parse", "show", "status"];
const PROGRAMS = [
  "cat",
  "cut",
  "diff",
  "file",
  "grep",
  "head",
  "jq",
  "ls",
  "nl",
  "pwd",
  "rg",
  "sort",
  "stat",
  "tail",
  "wc",
];
const PRINTING = "Bash(sed -n *)";
const NEVER = ["Edit", "Write", "NotebookEdit", "WebFetch", "WebSearch", "Task"];

/**
 * What a reviewer may do by its agent's own rules: read files and run commands that only look. What the project denies
 * stays denied. The sandbox is what holds it.
 */
export function readingRules(project: PermissionRules | undefined): PermissionRules {
  const commands = [...GIT.map((verb) => `Bash(git ${verb} *)`), ...PROGRAMS.map((name) => `Bash(${name} *)`)];
  return {
    mode: "autonomous",
    allow: [...TOOLS, ...commands, PRINTING],
    deny: [...new Set([...(project?.deny ?? []), ...NEVER])],
  };
}
