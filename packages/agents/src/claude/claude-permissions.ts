import type { PermissionRules } from "@orch/core";

// The tools of Claude Code's own (seed row A59).
const NATIVE: ReadonlySet<string> = new Set([
  "Bash",
  "Edit",
  "EnterPlanMode",
  "EnterWorktree",
  "ExitPlanMode",
  "Glob",
  "Grep",
  "NotebookEdit",
  "Read",
  "Skill",
  "Task",
  "TodoRead",
  "TodoWrite",
  "WebFetch",
  "WebSearch",
  "Write",
]);
const WRITERS: ReadonlySet<string> = new Set(["Edit", "Write"]);

/**
 * The flags for the rules. Without a list of allowed tools an autonomous agent may do everything, and the sandbox is
 * what holds it; with one it may do that and nothing else. A supervised one asks about the rest.
 */
export function permissionFlags(rules: PermissionRules | undefined, cwd: string): readonly string[] {
  const { mode, allow, deny } = rules ?? { mode: "autonomous", allow: [], deny: [] };
  const allowed = allow.map((rule) => translated(rule, cwd));
  const denied = deny.map((rule) => (isNative(rule) ? rule : `Bash(${rule} *)`));
  return [
    ...modeFlags(mode, allowed.length > 0),
    ...(allowed.length === 0 ? [] : ["--allowedTools", ...allowed]),
    ...(denied.length === 0 ? [] : ["--disallowedTools", ...denied]),
  ];
}

function modeFlags(mode: PermissionRules["mode"], isListed: boolean): readonly string[] {
  if (mode === "supervised") return ["--permission-mode", "acceptEdits", "--permission-prompt-tool", "stdio"];
  return ["--permission-mode", isListed ? "dontAsk" : "bypassPermissions"];
}

/** Writers may write in the clone only; a bare program name stands for its commands. */
function translated(rule: string, cwd: string): string {
  if (WRITERS.has(rule)) return `${rule}(/${cwd}/**)`;
  return isNative(rule) ? rule : `Bash(${rule} *)`;
}

function isNative(rule: string): boolean {
  return rule.includes("(") || NATIVE.has(rule) || rule.startsWith("mcp__");
}
