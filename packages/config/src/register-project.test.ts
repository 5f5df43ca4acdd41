import { parseProjectId, unwrap } from "@orch/core";
import { expect, test } from "vitest";

import { withForge, withProject, withoutProject, withWebhooks } from "./register-project.ts";

const HERE = { base: "/home/ana/.orch", userHome: "/home/ana" };

const COMMENTED = `# mine
engine:
  max_parallel: 2 # enough

# all of them
projects:
  - /a # first
`;

test("adds, and keeps comments and order", () => {
  expect(unwrap(withProject(COMMENTED, { path: "/b" }, HERE))).toBe(`${COMMENTED}  - /b\n`);
  const id = unwrap(parseProjectId("acme/app"));
  expect(unwrap(withProject(COMMENTED, { path: "/b: c", id }, HERE))).toBe(
    `${COMMENTED}  - path: "/b: c"\n    id: acme/app\n`,
  );
});

test("changes nothing when the project is there", () => {
  expect(unwrap(withProject(COMMENTED, { path: "/a" }, HERE))).toBe(COMMENTED);
  expect(unwrap(withProject("projects: [{path: /a}]\n", { path: "/a" }, HERE))).toBe("projects: [{path: /a}]\n");
});

test("knows a path however it is written", () => {
  const written = "projects: [~/site, ../blog, /a]\n";
  expect(unwrap(withProject(written, { path: "/home/ana/site" }, HERE))).toBe(written);
  const less = unwrap(withoutProject(written, "/home/ana/blog", HERE));
  expect(unwrap(withoutProject(less, "/home/ana/site", HERE))).toBe("projects: [ /a ]\n");
  expect(unwrap(withoutProject(written, "/elsewhere", HERE))).toBe(written);
});

test("turns the confinement of a project, which stays as it is otherwise", () => {
  const off = { path: "/a", sandbox: "none" } as const;
  expect(unwrap(withProject("projects:\n  - /a\n  - /b\n", off, HERE))).toBe(
    "projects:\n  - path: /a\n    sandbox: none\n  - /b\n",
  );
  const named = "projects:\n  - path: /a # mine\n    id: acme/app\n";
  expect(unwrap(withProject(named, off, HERE))).toBe(`${named}    sandbox: none\n`);
  expect(unwrap(withProject(`${named}    sandbox: none\n`, { path: "/a", sandbox: "srt" }, HERE))).toBe(
    `${named}    sandbox: srt\n`,
  );
  expect(unwrap(withProject("", off, HERE))).toBe("projects:\n  - path: /a\n    sandbox: none\n");
});

test("begins the list", () => {
  expect(unwrap(withProject("", { path: "/a" }, HERE))).toBe("projects:\n  - /a\n");
  expect(unwrap(withProject("# only a comment\n", { path: "/a" }, HERE))).toBe("# only a comment\nprojects:\n  - /a\n");
  expect(unwrap(withProject("git: {name: A}\n", { path: "/a" }, HERE))).toBe("git: { name: A }\nprojects:\n  - /a\n");
  expect(unwrap(withProject("projects:\n", { path: "/a" }, HERE))).toBe("projects:\n  - /a\n");
});

test("refuses what it can't edit", () => {
  for (const text of ["a: [", "- list\n", "projects: text\n"]) {
    expect(withProject(text, { path: "/a" }, HERE)).toMatchObject({ ok: false, error: { code: "config_invalid" } });
  }
});

test("a project's file has its forge turned on, and what it says itself stays", () => {
  expect(unwrap(withForge("", "acme/app"))).toBe("gh:\n  repo: acme/app\n  enabled: true\n");
  const said = "# ours\ngh: { repo: acme/other, enabled: false }\nchecks: []\n";
  expect(unwrap(withForge(said, "acme/app"))).toBe(said);
  expect(unwrap(withForge("gh:\n  default_branch: next # not yet\n", "acme/app"))).toBe(
    "gh:\n  default_branch: next # not yet\n  repo: acme/app\n  enabled: true\n",
  );
  for (const text of ["gh: acme", "- gh", "gh: {"]) {
    expect(withForge(text, "acme/app")).toMatchObject({ ok: false, error: { code: "config_invalid" } });
  }
});

test("webhooks are switched on beside what is there", () => {
  expect(unwrap(withWebhooks("# mine\nwebhook: { port: 9000 }\n", "/h/webhook.secret"))).toBe(
    "# mine\nwebhook: { port: 9000, enabled: true, secret_file: /h/webhook.secret }\n",
  );
  expect(unwrap(withWebhooks("", undefined))).toBe("webhook:\n  enabled: true\n");
  expect(withWebhooks("webhook: yes\n", undefined)).toMatchObject({ ok: false, error: { code: "config_invalid" } });
});
