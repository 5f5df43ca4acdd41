import type { PermissionRules } from "@orch/core";
import { describe, expect, it } from "vitest";

import { judgeAct, rulesIn, type WantedAct } from "./permission-rules.ts";

const run = (command: string): WantedAct => ({ kind: "command", command });
const edit: WantedAct = { kind: "edit" };
const rules = (changes: Partial<PermissionRules>): PermissionRules => ({
  mode: "autonomous",
  allow: [],
  deny: [],
  ...changes,
});

describe("judgeAct", () => {
  it.each<[string, Partial<PermissionRules>, WantedAct, string]>([
    ["nothing is denied", {}, run("rm -rf x"), "allow"],
    ["a denied command", { deny: ["Bash(git push *)"] }, run("git push origin"), "deny"],
    ["its bare form", { deny: ["Bash(git push *)"] }, run("git push"), "deny"],
    ["another command that begins alike", { deny: ["Bash(git push *)"] }, run("git pushy"), "allow"],
    ["a denied program", { deny: ["rm"] }, run("rm -rf x"), "deny"],
    ["a denied command inside a line", { deny: ["rm"] }, run("cd x && rm -rf y; true"), "deny"],
    ["a denied command over lines", { deny: ["Bash(rm *)"] }, run("true\nrm x"), "deny"],
    ["every command", { deny: ["Bash"] }, run("true"), "deny"],
    ["a pattern's own characters", { deny: ["Bash(a.b *)"] }, run("axb c"), "allow"],
    ["edits", { deny: ["Edit"] }, edit, "deny"],
    ["edits, of commands only", { deny: ["Bash"] }, edit, "allow"],
    ["deny over allow", { allow: ["Bash"], deny: ["rm"] }, run("rm x"), "deny"],
    ["what is not listed", { allow: ["Read"] }, run("true"), "deny"],
    ["what is listed", { allow: ["git"] }, run("git status"), "allow"],
    ["a line that is listed in part", { allow: ["git"] }, run("git status && rm x"), "deny"],
    ["a question", { mode: "supervised" }, run("rm x"), "ask"],
    ["a supervised edit", { mode: "supervised" }, edit, "allow"],
    ["a tool", { deny: ["WebFetch"] }, { kind: "tool", tool: "WebFetch" }, "deny"],
    ["a tool's name is no program", { deny: ["Read"] }, run("Read x"), "allow"],
  ])("%s", (...[, changes, act, verdict]) => {
    expect(judgeAct(rules(changes), act)).toBe(verdict);
  });
});

describe("rulesIn", () => {
  it("reads what a driver wrote, and nothing else", () => {
    const permissions = { mode: "supervised", allow: ["Read"], deny: [] };
    expect(rulesIn({ permissions })).toEqual(permissions);
    expect(rulesIn({ permissions: { ...permissions, allow: ["Read", 7] } })).toEqual(permissions);
    expect(rulesIn({})).toBeUndefined();
  });
});
