import type { Json, PermissionRules } from "@orch/core";
import { listAt, textAt } from "@orch/parser/text";

/** Something that an agent wants to do: run a command, change files, or use another tool. */
export type WantedAct =
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "edit" }
  | { readonly kind: "tool"; readonly tool: string };

/** What the rules say of an act. */
export type RuleVerdict = "allow" | "deny" | "ask";

/** A rule for commands: `Bash`, `Bash(git *)`; a bare program name stands for `Bash(<name> *)`. */
const COMMAND_RULE = /^Bash(?:\((.*)\))?$/s;
const EDIT_RULE = /^(?:Edit|Write)\b/;
const TOOL_RULE = /^(?:[A-Z]\w*(?:\(.*\))?|mcp__\w+)$/s;
/** What stands between two commands of one line. */
const BETWEEN_COMMANDS = /&&|\|\||[;|&\n]/;

/**
 * Judges an act by the rules, for agents that ask about everything and know no rules of their own. A command is denied
 * when any command of its line is, and allowed when all are. Words can hide a command from this; the sandbox is what
 * holds.
 */
export function judgeAct({ mode, allow, deny }: PermissionRules, act: WantedAct): RuleVerdict {
  const parts = act.kind === "command" ? commandsIn(act.command) : [act];
  if (parts.some((part) => deny.some((rule) => fits(rule, part)))) return "deny";
  if (parts.every((part) => allow.some((rule) => fits(rule, part)))) return "allow";
  if (mode === "supervised") return act.kind === "edit" ? "allow" : "ask";
  return allow.length === 0 ? "allow" : "deny";
}

/** Rules as they came through a protocol's options; undefined where there are none. */
export function rulesIn(options: Json): PermissionRules | undefined {
  const mode = textAt(options, "permissions", "mode");
  if (mode !== "autonomous" && mode !== "supervised") return undefined;
  return { mode, allow: textsAt(options, "allow"), deny: textsAt(options, "deny") };
}

function textsAt(options: Json, key: "allow" | "deny"): readonly string[] {
  return listAt(options, "permissions", key).filter((rule) => typeof rule === "string");
}

function commandsIn(line: string): readonly WantedAct[] {
  return line
    .split(BETWEEN_COMMANDS)
    .map((command) => command.trim())
    .filter((command) => command !== "")
    .map((command) => ({ kind: "command", command }));
}

function fits(rule: string, act: WantedAct): boolean {
  if (act.kind === "edit") return EDIT_RULE.test(rule);
  if (act.kind === "tool") return rule === act.tool;
  const pattern = COMMAND_RULE.exec(rule);
  if (pattern !== null) return pattern[1] === undefined || matches(pattern[1], act.command);
  return !TOOL_RULE.test(rule) && matches(`${rule} *`, act.command);
}

/** A star stands for anything; a star at the end, after a space, for nothing too. */
function matches(pattern: string, command: string): boolean {
  const source = pattern
    .replace(/ \*$/, "\0")
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replace("\0", "(?: .*)?");
  return new RegExp(`^${source}$`, "s").test(command);
}
