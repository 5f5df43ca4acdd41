import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

import { parseAgentName, unwrap, type AgentDriver, type AgentSettings, type LaunchInput } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { describe, expect, it } from "vitest";

import { createDrivers } from "../src/index.ts";

const path = (process.env["PATH"] ?? "").split(delimiter);

async function prepare(change: Partial<AgentSettings>): Promise<{ home: string; input: LaunchInput }> {
  const home = await tempFolder("home");
  const folder = join(home, "attempts", "1");
  await mkdir(folder, { recursive: true });
  await writeFile(join(home, "sys.md"), "SYSTEM\n");
  await writeFile(join(home, "msg.md"), "MESSAGE\n");
  const input: LaunchInput = {
    agent: unwrap(parseAgentName("tested")),
    settings: { driver: "x", command: [], args: [], env: {}, options: {}, ...change },
    attempt: 1,
    cwd: home,
    folder,
    systemPromptFile: join(home, "sys.md"),
    messageFile: join(home, "msg.md"),
    env: { LANG: "C" },
  };
  return { home, input };
}

function driver(name: string, home: string, folders: readonly string[] = path): AgentDriver {
  const found = createDrivers({ path: folders, home })[name];
  if (found === undefined) throw new Error(`no driver ${name}`);
  return found;
}

describe("the codex home of a run", () => {
  it("is quiet, lets the repository configure nothing and holds a copy of the login", async () => {
    const { home, input } = await prepare({ command: [process.execPath], model: "m" });
    await mkdir(join(home, ".codex"));
    await writeFile(join(home, ".codex", "auth.json"), "{}", { mode: 0o644 });
    const launch = await driver("codex", home).launch(input);
    const codexHome = launch.env["CODEX_HOME"] ?? "";
    const config = await readFile(join(codexHome, "config.toml"), "utf8");
    expect(config).toContain("allow_login_shell = false");
    expect(config).toContain("[analytics]\nenabled = false");
    expect(config).toContain("plugins = false\nunbounded_connection_retries = false");
    expect(config).toContain(`[projects.${JSON.stringify(home)}]\ntrust_level = "untrusted"`);
    expect(config).toContain("project_doc_max_bytes = 0");
    expect(config).not.toContain("model_provider");
    expect((await stat(join(codexHome, "auth.json"))).mode & 0o777).toBe(0o600);
    expect((await stat(codexHome)).mode & 0o777).toBe(0o700);
    expect(launch.protocolOptions).toMatchObject({ system: "SYSTEM\n", message: "MESSAGE\n", model: "m" });
    expect(launch.env).toMatchObject({ LANG: "C", TMPDIR: join(input.folder, "tmp") });
  });

  it("points at the provider of the settings and then copies no login", async () => {
    const provider = { base_url: 'http://x/"v1', env_key: "K", request_max_retries: 0 };
    const { home, input } = await prepare({ command: [process.execPath], options: { provider }, home: "/nonexistent" });
    const launch = await driver("codex", home).launch(input);
    const config = await readFile(join(launch.env["CODEX_HOME"] ?? "", "config.toml"), "utf8");
    expect(config).toContain(
      'base_url = "http://x/\\"v1"\nenv_key = "K"\nwire_api = "responses"\nrequest_max_retries = 0',
    );
  });

  it.each([
    [[], false],
    [["WebSearch"], true],
  ])("switches the service's own web search off where %j is denied", async (deny, off) => {
    const { home, input } = await prepare({ command: [process.execPath] });
    const launch = await driver("codex", home).launch({
      ...input,
      permissions: { mode: "autonomous", allow: [], deny },
    });
    const config = await readFile(join(launch.env["CODEX_HOME"] ?? "", "config.toml"), "utf8");
    // Before the first table, or it would be a key of that table.
    expect(config.split("[")[0]?.includes('web_search = "disabled"\n')).toBe(off);
  });

  it.each([{ provider: { url: "x" } }, { provider: {} }, { effort: 3 }])("refuses the options %j", async (options) => {
    const { home, input } = await prepare({ command: [process.execPath], options });
    await expect(driver("codex", home).launch(input)).rejects.toMatchObject({ code: "config_invalid" });
  });

  it("starts the native binary behind the npm wrapper", async () => {
    const { home, input } = await prepare({ command: ["codex"] });
    const modules = join(home, "node_modules", "@openai");
    const triple = process.arch === "arm64" ? "aarch64" : "x86_64";
    const system = process.platform === "darwin" ? "apple-darwin" : "unknown-linux-musl";
    const vendor = `codex-${process.platform}-${process.arch}/vendor/${triple}-${system}/bin`;
    for (const folder of ["codex/bin", vendor]) await mkdir(join(modules, folder), { recursive: true });
    await writeFile(join(modules, "codex/bin/codex.js"), "", { mode: 0o755 });
    await writeFile(join(modules, vendor, "codex"), "", { mode: 0o755 });
    await symlink(join(modules, "codex/bin/codex.js"), join(home, "codex"));
    const launch = await driver("codex", home, [home]).launch(input);
    expect(launch.argv).toEqual([join(modules, vendor, "codex"), "app-server"]);
  });

  it("knows whether somebody is logged in", async () => {
    const { home, input } = await prepare({ command: [process.execPath] });
    const signal = AbortSignal.timeout(5000);
    const codex = driver("codex", home);
    expect(await codex.discover(input.settings, signal)).toMatchObject({
      login: "logged_out",
      version: process.version,
    });
    const withKey = { ...input.settings, env: { OPENAI_API_KEY: "k" } };
    expect(await codex.discover(withKey, signal)).toMatchObject({ login: "logged_in" });
  });
});

describe("a command", () => {
  it("reads the whole prompt on standard input", async () => {
    const { home, input } = await prepare({ command: [process.execPath] });
    const launch = await driver("command", home).launch(input);
    expect(await readFile(launch.stdinFile ?? "", "utf8")).toBe("SYSTEM\n\nMESSAGE\n");
    expect(launch.env["ORCH_REPORT_FILE"]).toBe(launch.reportFile);
  });

  it("gets files for its placeholders, each as one argument", async () => {
    const args = ["--prompt={prompt}", "{system}", "-o", "{report}", "-m", "{model}", "; rm -rf {x}"];
    const { home, input } = await prepare({ command: [process.execPath], args, model: "a b" });
    const launch = await driver("command", home).launch(input);
    expect(launch.argv.slice(1)).toEqual([
      `--prompt=${input.messageFile}`,
      input.systemPromptFile,
      "-o",
      launch.reportFile,
      "-m",
      "a b",
      "; rm -rf {x}",
    ]);
    expect(launch.stdinFile).toBeUndefined();
  });

  it.each([
    ["no command", { command: [] }],
    ["a model that nobody set", { command: [process.execPath], args: ["{model}"] }],
  ])("is refused with %s", async (_name, change) => {
    const { home, input } = await prepare(change);
    await expect(driver("command", home).launch(input)).rejects.toMatchObject({ code: "config_invalid" });
  });

  it.each(["./agent", "bin/agent", ""])("is never looked for at %j, relative to the clone", async (program) => {
    const { home, input } = await prepare({ command: [program] });
    await expect(driver("command", home).launch(input)).rejects.toMatchObject({ code: "agent_missing" });
  });
});

describe("an adapter", () => {
  it("can read its packages and the programs that it is told to start", async () => {
    const { home, input } = await prepare({});
    const modules = join(home, ".npm/lib/node_modules");
    const adapter = join(modules, "@some/adapter/dist/index.js");
    const agent = join(home, "versions/2.1/agent");
    const nested = join(home, "tools/node_modules/other/bin/other");
    for (const file of [adapter, agent, nested]) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, "", { mode: 0o755 });
    }
    await writeFile(join(home, "versions/notes"), "", { mode: 0o644 });
    await mkdir(join(home, "links"));
    await symlink(agent, join(home, "links/agent"));
    const env = {
      EXECUTABLE: join(home, "links/agent"),
      NOTES: join(home, "versions/notes"),
      FOLDER: home,
      NAME: "agent",
    };
    const settings = { ...input.settings, command: [adapter], args: ["--agent", nested], env };
    for (const name of ["acp", "command", "claude", "codex", "opencode"]) {
      const { readable } = await driver(name, home).launch({ ...input, settings });
      const inHome = readable.filter((path) => path.startsWith(home)).map((path) => path.slice(home.length + 1));
      expect({ name, inHome }).toEqual({
        name,
        inHome: [".npm/lib/node_modules", "tools/node_modules", "links", "versions/2.1/agent"],
      });
    }
  });
});

describe("a recording", () => {
  it.each([{}, { recording: "relative.json" }, { recording: "/nonexistent/x.json" }])(
    "is needed: %j",
    async (options) => {
      const { home, input } = await prepare({ options });
      await expect(driver("replay", home).launch(input)).rejects.toMatchObject({ code: "config_invalid" });
    },
  );
});
