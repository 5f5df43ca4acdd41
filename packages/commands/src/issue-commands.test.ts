import { expect, test } from "vitest";

import { issueCommands, issueCommandUsage, mayUse, tierOfRole, type IssueCommand } from "./issue-commands.ts";
import { findVerb } from "./registry.ts";

const commands: readonly IssueCommand[] = issueCommands;

test("names are single words, each once", () => {
  const names = commands.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+$/);
});

test.each(commands.filter(({ verb }) => verb !== undefined))(
  "/$name asks for the tier of $verb",
  ({ verb = "", tier }) => {
    expect(findVerb(verb)?.tier).toBe(tier);
    expect(Object.keys(findVerb(verb)?.positionals ?? {})).toContain("task");
  },
);

test("how commands are written", () => {
  expect(commands.map((command) => issueCommandUsage(command))).toEqual([
    "/retry [note]",
    "/reroute [agent]",
    "/block [reason]",
    "/unblock",
    "/close [reason]",
    "/review",
    "/assign <agent>",
    "/context <text>",
    "/priority <low|medium|high>",
    "/approve [name]",
    "/merge",
    "/status",
    "/help",
  ]);
});

test.each([
  ["admin", ["read", "write", "admin"]],
  ["maintain", ["read", "write", "admin"]],
  ["write", ["read", "write"]],
  ["triage", ["read"]],
  ["read", ["read"]],
  ["none", []],
] as const)("the role %s may use %j", (role, allowed) => {
  expect((["read", "write", "admin"] as const).filter((tier) => mayUse(tierOfRole(role), tier))).toEqual(allowed);
});
