import { parseTaskRef, unwrap } from "@orch/core";
import { expect, test } from "vitest";

import { attemptFolder, homeFolder, homePaths } from "./home-paths.ts";

test("the home folder", () => {
  expect(unwrap(homeFolder({ HOME: "/h" }))).toBe("/h/.orch");
  expect(unwrap(homeFolder({ HOME: "/h", ORCH_HOME: "/o" }))).toBe("/o");
  expect(unwrap(homeFolder({ HOME: "/h", ORCH_HOME: "~/o" }))).toBe("/h/o");
  expect(unwrap(homeFolder({ HOME: "/h", ORCH_HOME: "" }))).toBe("/h/.orch");
  for (const env of [{}, { HOME: "relative" }, { HOME: "/h", ORCH_HOME: "relative" }, { ORCH_HOME: "~/o" }]) {
    expect(homeFolder(env)).toMatchObject({ ok: false, error: { code: "home_unusable" } });
  }
});

test("its layout", () => {
  expect(homePaths("/o")).toEqual({
    home: "/o",
    config: "/o/config.yml",
    database: "/o/orch.db",
    state: "/o/state",
    webhookSecret: "/o/webhook.secret",
    worktrees: "/o/worktrees",
    contexts: "/o/contexts",
    skillCatalogue: "/o/skills.yml",
    projects: "/o/projects",
    skills: "/o/skills",
    broughtSkills: "/o/state/skills",
    run: "/o/run",
    logs: "/o/logs",
    forgeKey: "/o/forge.key",
    socket: "/o/run/orch.sock",
  });
});

test("the folder of an attempt", () => {
  const ref = { ...unwrap(parseTaskRef("Acme/App#int-5")), attempt: 2 };
  expect(attemptFolder("/o", ref)).toBe("/o/state/acme/app/tasks/int-5/attempts/2");
});
