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
