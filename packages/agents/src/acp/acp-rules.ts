import type { Json, PermissionRules } from "@orch/core";
import { fieldAt, listAt, textAt } from "@orch/parser";

/** What an agent asks to be allowed. */
export interface AcpAsk {
  /** The protocol's kind of the tool: `execute`, `edit`, `read`, `fetch`, … */
  readonly kind: string;
  /** The command, for `execute`. */
  readonly command: string;
}

// The tools of the common model by the protocol's kinds.
const KINDS: Readonly<Record<string, readonly string[]>> = {
  execute: ["Bash"],
  edit: ["Edit", "Write", "NotebookEdit"],
  delete: ["Edit", "Write"],
  move: ["Edit", "Write"],
  read: ["Read"],
  search: ["Grep", "Glob"],
  fetch: ["WebFetch", "WebSearch"],
};
const TOOLS = new Set([...Object.values(KINDS).flat(), "Task", "Skill", "TodoWrite", "TodoRead"]);
const RULE = /^([A-Za-z]+)(?:\((.*)\))?$/s;

/** What the rules, as the launch has put them into the options, say to a question. */
export function decide(rules: unknown, ask: AcpAsk): "allow" | "deny" | "ask" {
  if (rules === undefined) return "allow";
  const fits = (list: string): boolean =>
    listAt(rules, list).some((rule) => typeof rule === "string" && covers(rule, ask));
  if (fits("deny")) return "deny";
  if (fits("allow")) return "allow";
  if (textAt(rules, "mode") === "supervised") return "ask";
  return listAt(rules, "allow").length === 0 ? "allow" : "deny";
}

/** The rules as options of the protocol. */
export function rulesAsJson(rules: PermissionRules): Json {
  return { mode: rules.mode, allow: [...rules.allow], deny: [...rules.deny] };
}

/** The answer that an agent offers for a yes or a no; undefined: it offers none. */
export function optionFor(options: readonly unknown[], allow: boolean): string | undefined {
  const wanted = allow ? ["allow_once", "allow_always"] : ["reject_once", "reject_always"];
  const found = wanted
    .map((kind) => options.find((option) => fieldAt(option, "kind") === kind))
    .find((it) => it !== undefined);
  return textAt(found, "optionId");
}

function covers(rule: string, { kind, command }: AcpAsk): boolean {
  const [, name = "", inside] = RULE.exec(rule.trim()) ?? [];
  const tools = Object.hasOwn(KINDS, kind) ? (KINDS[kind] ?? []) : [];
  if (!TOOLS.has(name)) return kind === "execute" && matches(`${rule.trim()} *`, command);
  if (!tools.includes(name)) return false;
  return inside === undefined || (kind === "execute" && matches(inside, command));
}

/** `*` stands for anything; `git *` is also `git` alone. */
function matches(pattern: string, command: string): boolean {
  const loose = pattern.endsWith(" *") ? `${pattern.slice(0, -2)}` : undefined;
  if (loose !== undefined && command.trim() === loose) return true;
  const source = pattern
    .split("*")
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join(".*");
  return new RegExp(`^${source}$`, "s").test(command.trim());
}
