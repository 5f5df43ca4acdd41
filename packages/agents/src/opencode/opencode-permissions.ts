import type { PermissionRules } from "@orch/core";

/** What opencode does about a kind of tool, or about those uses of it that fit a pattern. The last pattern that fits counts. */
export type OpencodePermission = "allow" | "ask" | "deny";

/** The value of `permission` in opencode's configuration. */
export type OpencodePermissions = Readonly<
  Record<string, OpencodePermission | Readonly<Record<string, OpencodePermission>>>
>;

// Tools by the names of the common model, and by opencode's own (seed row A60).
const KEYS: Readonly<Record<string, string>> = {
  Edit: "edit",
  Write: "edit",
  NotebookEdit: "edit",
  Read: "read",
  Grep: "grep",
  Glob: "glob",
  WebFetch: "webfetch",
  WebSearch: "websearch",
  Task: "task",
  Skill: "skill",
  TodoWrite: "todowrite",
  TodoRead: "todoread",
};
const OWN = ["edit", "read", "grep", "glob", "list", "webfetch", "websearch", "codesearch", "task", "skill"];
// Change nothing and read nothing but the clone: nobody wants to be asked about them.
const HARMLESS = ["read", "grep", "glob", "list", "todowrite", "todoread", "skill"];
// Opencode takes no patterns for these, and refuses a configuration that has some.
const WHOLE = new Set(["webfetch", "websearch", "codesearch", "todowrite", "todoread"]);
const RULE = /^([A-Za-z]+)(?:\((.*)\))?$/s;

/** Translates the common rules; without any, everything is allowed, because the sandbox is the boundary. */
export function opencodePermissions(rules: PermissionRules | undefined): OpencodePermissions {
  // There is nobody to type an answer.
  const always = { question: "deny" } as const;
  if (rules === undefined) return { "*": "allow", external_directory: "allow", doom_loop: "allow", ...always };
  const rest = restOf(rules);
  const permissions: Record<string, OpencodePermission | Record<string, OpencodePermission>> = {};
  const set = (rule: string, value: OpencodePermission): void => {
    const { key, pattern } = parseRule(rule);
    const before = permissions[key] ?? defaultOf(key, rest);
    if (!WHOLE.has(key))
      permissions[key] = { ...(typeof before === "string" ? { "*": before } : before), [pattern]: value };
    // What may be done in part is not thereby allowed as a whole; what must not be done in part is denied.
    else if (pattern === "*" || value === "deny") permissions[key] = value;
  };
  for (const rule of rules.allow) set(rule, "allow");
  for (const rule of rules.deny) set(rule, "deny");
  return {
    "*": rest,
    ...Object.fromEntries(HARMLESS.map((key) => [key, defaultOf(key, rest)])),
    external_directory: rest === "deny" ? "allow" : rest,
    doom_loop: rest === "deny" ? "allow" : rest,
    ...permissions,
    ...always,
  };
}

function restOf({ mode, allow }: PermissionRules): OpencodePermission {
  if (mode === "supervised") return "ask";
  return allow.length === 0 ? "allow" : "deny";
}

function defaultOf(key: string, rest: OpencodePermission): OpencodePermission {
  return rest === "ask" && HARMLESS.includes(key) ? "allow" : rest;
}

/** `Edit`, `Read(docs/**)`, `Bash(git *)`, or the bare name of a program. */
function parseRule(rule: string): { readonly key: string; readonly pattern: string } {
  const [, name = "", inside] = RULE.exec(rule.trim()) ?? [];
  const key = Object.hasOwn(KEYS, name) ? KEYS[name] : OWN.find((own) => own === name);
  if (name === "Bash" || name === "bash") return { key: "bash", pattern: inside ?? "*" };
  if (key !== undefined) return { key, pattern: inside ?? "*" };
  return { key: "bash", pattern: `${rule.trim()} *` };
}
