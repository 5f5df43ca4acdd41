import { expect, test } from "vitest";

import { chooseAgent } from "./choose-agent.ts";

const replay = { name: "replay", driver: "replay", installed: true, login: "logged_in", capabilities: [] } as const;
const codex = {
  name: "codex",
  driver: "codex",
  installed: true,
  login: "logged_in",
  version: "1.2.3",
  capabilities: [],
} as const;

test("an agent that is installed and logged in comes before the recording", () => {
  expect(chooseAgent([replay, codex])).toEqual({
    name: "codex",
    why: ["codex 1.2.3, which is installed and logged in here"],
  });
});

test.each([
  [{ ...codex, login: "logged_out", hint: "Run codex login." } as const, "codex is not logged in: Run codex login."],
  [{ ...codex, login: "unknown" } as const, "codex is not logged in."],
  [{ ...codex, installed: false, hint: "Install it." }, "codex is not installed: Install it."],
])("else the recording plays, and it is said why: %j", (agent, why) => {
  const chosen = chooseAgent([agent, replay]);
  expect([chosen.name, chosen.why.at(-1)]).toEqual(["replay", why]);
});
