import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { unwrap } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { loadConfig } from "./load-config.ts";

async function agentsWith(programs: readonly string[], text = ""): Promise<readonly string[]> {
  const home = await tempFolder("orch-offered");
  const folder = join(home, "bin");
  await mkdir(folder);
  for (const name of programs) await writeFile(join(folder, name), "", { mode: 0o755 });
  await writeFile(join(home, "config.yml"), text, { mode: 0o600 });
  const path = ["relative", join(home, "empty"), folder].join(delimiter);
  const { config } = unwrap(await loadConfig({ home, env: { HOME: home, PATH: path } }));
  expect(config.routing.agents).toEqual(Object.keys(config.agents));
  return Object.keys(config.agents);
}

test("without a word about agents those that are installed take part, and codex is missed where there is none", async () => {
  expect(await agentsWith(["claude"])).toEqual(["claude"]);
  expect(await agentsWith(["opencode"], "router: {mode: round_robin}")).toEqual(["opencode"]);
  expect(await agentsWith(["opencode", "claude", "codex", "kimi"])).toEqual(["codex", "claude", "opencode"]);
  expect(await agentsWith(["kimi"])).toEqual(["codex"]);
  expect(await agentsWith(["claude", "codex"], "agents: {codex: {model: m}}")).toEqual(["codex"]);
});
