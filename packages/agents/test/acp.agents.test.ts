/**
 * The acp driver with one more real agent of that kind, opencode, on a scripted model. `ORCH_TEST_OPENCODE` names the
 * program. The whole conformance suite is shown with two others, Claude Code's adapter and Kimi Code.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { parseAgentName, unwrap } from "@orch/core";
import { startAgent, startModelServer, tempFolder } from "@orch/testing";
import { expect, it } from "vitest";

import { agentProtocols, createDrivers } from "../src/index.ts";
import { report } from "./model-scenarios.ts";

const program = process.env["ORCH_TEST_OPENCODE"] ?? "opencode";
const path = (process.env["PATH"] ?? "").split(delimiter);
const driver = createDrivers({ path, home: "/nonexistent" })["acp"];
const protocol = agentProtocols.find(({ name }) => name === "acp");
if (driver === undefined || protocol === undefined) throw new Error("the acp driver is missing");

function environment(url: string, home: string): Readonly<Record<string, string>> {
  const config = {
    model: "scripted/scripted-1",
    small_model: "scripted/scripted-1",
    autoupdate: false,
    share: "disabled",
    provider: {
      scripted: {
        npm: "@ai-sdk/openai-compatible",
        name: "Scripted",
        options: { baseURL: `${url}/v1`, apiKey: "sk-test" },
        models: { "scripted-1": { name: "Scripted", limit: { context: 128_000, output: 16_000 } } },
      },
    },
  };
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    LANG: "C.UTF-8",
    OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    OPENCODE_DISABLE_AUTOCOMPACT: "1",
    npm_config_registry: "http://127.0.0.1:9/",
    BUN_JSC_useFTLJIT: "0",
  };
}

it("has opencode do the work by ACP, and hears its report", async () => {
  const works = {
    turns: [
      [{ do: "edit", path: "greeting.txt", find: "world", replace: "wörld 🎉" }],
      [{ do: "shell", command: "echo checked" }],
      [{ do: "report", json: report }],
    ],
  } as const;
  await using models = await startModelServer({ scenarios: { works } });
  const root = await tempFolder("acp");
  const folders = { cwd: join(root, "clone"), folder: join(root, "attempt") };
  for (const folder of [...Object.values(folders), join(root, "home")]) await mkdir(folder);
  await writeFile(join(folders.cwd, "greeting.txt"), "hello world\n");
  const prompts = { systemPromptFile: join(root, "system.md"), messageFile: join(root, "message.md") };
  await writeFile(prompts.systemPromptFile, "Be brief.");
  await writeFile(prompts.messageFile, "Greet.");
  const env = environment(models.urlOf("works"), join(root, "home"));
  const settings = { driver: "acp", command: [program, "acp"], args: [], env: {}, options: {} } as const;
  const agent = unwrap(parseAgentName("opencode"));
  const live = await startAgent(driver, protocol, { agent, settings, attempt: 1, ...folders, ...prompts, env });
  const { conclusion, events } = await live.end;
  expect(conclusion).toMatchObject({ report });
  expect(conclusion.failure).toBeUndefined();
  expect(await readFile(join(folders.cwd, "greeting.txt"), "utf8")).toBe("hello wörld 🎉\n");
  expect(events.map(({ type }) => type)).toContain("command:finished");
});
