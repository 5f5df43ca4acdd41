import { parseProjectId, unwrap } from "@orch/core";
import { expect, test } from "vitest";

import { withProject } from "./register-project.ts";

const COMMENTED = `# mine
engine:
  max_parallel: 2 # enough

# all of them
projects:
  - /a # first
`;

test("adds, and keeps comments and order", () => {
  expect(unwrap(withProject(COMMENTED, { path: "/b" }))).toBe(`${COMMENTED}  - /b\n`);
  const id = unwrap(parseProjectId("acme/app"));
  expect(unwrap(withProject(COMMENTED, { path: "/b: c", id }))).toBe(
    `${COMMENTED}  - path: "/b: c"\n    id: acme/app\n`,
  );
});

test("changes nothing when the project is there", () => {
  expect(unwrap(withProject(COMMENTED, { path: "/a" }))).toBe(COMMENTED);
  expect(unwrap(withProject("projects: [{path: /a}]\n", { path: "/a" }))).toBe("projects: [{path: /a}]\n");
});

test("turns the confinement of a project, which stays as it is otherwise", () => {
  const off = { path: "/a", sandbox: "none" } as const;
  expect(unwrap(withProject("projects:\n  - /a\n  - /b\n", off))).toBe(
    "projects:\n  - path: /a\n    sandbox: none\n  - /b\n",
  );
  const named = "projects:\n  - path: /a # mine\n    id: acme/app\n";
  expect(unwrap(withProject(named, off))).toBe(`${named}    sandbox: none\n`);
  expect(unwrap(withProject(`${named}    sandbox: none\n`, { path: "/a", sandbox: "srt" }))).toBe(
    `${named}    sandbox: srt\n`,
  );
  expect(unwrap(withProject("", off))).toBe("projects:\n  - path: /a\n    sandbox: none\n");
});

test("begins the list", () => {
  expect(unwrap(withProject("", { path: "/a" }))).toBe("projects:\n  - /a\n");
  expect(unwrap(withProject("# only a comment\n", { path: "/a" }))).toBe("# only a comment\nprojects:\n  - /a\n");
  expect(unwrap(withProject("git: {name: A}\n", { path: "/a" }))).toBe("git: { name: A }\nprojects:\n  - /a\n");
  expect(unwrap(withProject("projects:\n", { path: "/a" }))).toBe("projects:\n  - /a\n");
});

test("refuses what it can't edit", () => {
  for (const text of ["a: [", "- list\n", "projects: text\n"]) {
    expect(withProject(text, { path: "/a" })).toMatchObject({ ok: false, error: { code: "config_invalid" } });
  }
});
