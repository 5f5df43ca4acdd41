import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { createDrivers } from "@orch/agents";
import { silentLogger, type AgentSettings } from "@orch/core";
import { createFakeClock, tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { createAgentFinder } from "./agent-finder.ts";

const bare: AgentSettings = { driver: "codex", command: [], args: [], env: {}, options: {} };

test("what an agent can do is its driver's, and nothing where there is no driver", async () => {
  const drivers = createDrivers({ path: [], home: await tempFolder() });
  const finder = createAgentFinder({ drivers, clock: createFakeClock(), logger: silentLogger });
  const [codex, other] = await finder.views({ codex: bare, other: { ...bare, driver: "none" } });
  expect(codex).toMatchObject({
    installed: false,
    capabilities: ["steer", "interrupt", "resume", "approvals", "usage", "quota"],
  });
  expect(other).toMatchObject({ installed: false, capabilities: [], hint: "There is no driver none." });
});

/** What a finder says of two agents' logins that it looks at one after the other. */
async function loginsOf(first: Partial<AgentSettings>, second: Partial<AgentSettings>): Promise<readonly string[]> {
  const home = await tempFolder();
  await mkdir(join(home, ".codex"));
  await writeFile(join(home, ".codex/auth.json"), "{}");
  const drivers = createDrivers({ path: [], home });
  const finder = createAgentFinder({ drivers, clock: createFakeClock(), logger: silentLogger });
  const command = [process.execPath];
  const views = await finder.views({
    first: { ...bare, command, ...first },
    second: { ...bare, command, ...second },
  });
  return views.map(({ login }) => login);
}

test("an agent's login is its own where another one's options differ", async () => {
  const provider = { base_url: "http://127.0.0.1:1/v1", env_key: "SOME_KEY" };
  expect(await loginsOf({}, { options: { provider } })).toEqual(["logged_in", "logged_out"]);
  expect(await loginsOf({ options: { provider } }, {})).toEqual(["logged_out", "logged_in"]);
});

test("an empty variable is no key, whoever else has one of that name", async () => {
  const [set, empty] = [{ ANTHROPIC_API_KEY: "k" }, { ANTHROPIC_API_KEY: "" }];
  const claude = { driver: "claude" };
  expect(await loginsOf({ ...claude, env: set }, { ...claude, env: empty })).toEqual(["logged_in", "logged_out"]);
  expect(await loginsOf({ ...claude, env: empty }, { ...claude, env: set })).toEqual(["logged_out", "logged_in"]);
});
