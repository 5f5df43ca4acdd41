import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { loadConfig, type Config } from "@orch/config";
import { unwrap } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { writtenConfig } from "./written-config.ts";

async function load(file: object): Promise<Config> {
  const home = await tempFolder("orch-written");
  await mkdir(home, { recursive: true });
  // JSON is YAML.
  await writeFile(join(home, "config.yml"), JSON.stringify(file), { mode: 0o600 });
  return unwrap(await loadConfig({ home, env: { HOME: home } })).config;
}

const everything = {
  engine: { max_parallel: 2, tick_interval: "1m", stuck_timeout: 90, sync_interval: "5m" },
  webhook: { enabled: true, port: 9000, secret: ["one", "two"] },
  workflow: { max_attempts: 3, silence_seconds: 7, equal_failures: 2, timeout_by_complexity: { simple: "5m" } },
  retry: { base_seconds: 1, max_seconds: 2 },
  router: { agents: ["one", "two"], disabled_agents: ["two"], fallback_executor: "two" },
  model_map: { complex: { one: "large" } },
  agents: {
    one: {
      driver: "command",
      command: ["one", "-x"],
      env: { A: "https://b.example" },
      model: "m",
      home: "/login",
      egress: ["c.example:8443", "*.d.example"],
      login: "copied",
    },
    two: { driver: "replay", options: { recording: "/r.json" } },
  },
  checks: [{ name: "test", run: ["npm", "test"], timeout: "2m" }],
  hooks: { after_create: ["npm", "ci"], before_remove: { run: ["true"], timeout: 5 } },
  branch: { template: "x/{id}" },
  gate: { protected_paths: ["a/**"], lockfiles: ["b.lock"], allow: { binary: ["*.png"] }, max_files: 1 },
  policy: {
    skills_mode: "agentpr",
    repo_overrides: { "acme/app": { skills_mode: "off", allow: { mode: ["bin/**"] } } },
  },
  merge: { policy: "auto" },
  sandbox: { mode: "bwrap", network: "none", read: ["/opt/tools"] },
  gh: { app: { id: 7, private_key_file: "/keys/app.pem", installation: 12 } },
  git: { name: "A", email: "a@example.com" },
  retention: { attempts_days: 7 },
  path_file: "/srv/path",
  worktrees: { base: "/srv/clones" },
  required_tools: ["jq"],
  instructions: { files: ["X.md"] },
  projects: [{ path: "/srv/app", id: "acme/app", sandbox: "none" }],
};

const classified = {
  agents: { claude: {}, codex: { model: "own" } },
  router: {
    mode: "llm",
    agent: "claude",
    timeout_seconds: 60,
    max_route_attempts: 1,
    weighted_round_robin: true,
    learn: "shadow",
    learn_half_life_days: 7,
    learn_share_percent: 7,
    learn_min_landed_percent: 57,
    allowed_tools: ["git"],
    default_skills: ["gh"],
  },
  model_map: { simple: { claude: "small" }, review: { codex: "large" }, free: { codex: "free" } },
};

const plain = { path_file: "", agents: { codex: {} }, router: { suggest_models: false } };

test.each([{}, everything, classified, plain])("what is written means the same again (case %#)", async (file) => {
  const config = await load(file);
  expect(await load(writtenConfig(config))).toEqual(config);
});

test("keys and units are those of the documentation", async () => {
  expect(writtenConfig(await load(everything))).toMatchObject({
    engine: { max_parallel: 2, tick_interval: 60 },
    workflow: { max_attempts: 3, timeout_by_complexity: { simple: 300 } },
    checks: [{ name: "test", run: ["npm", "test"], timeout: 120 }],
  });
});
