import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { createDrivers } from "@orch/agents";
import { loadConfig, type Config } from "@orch/config";
import {
  parseAgentName,
  silentLogger,
  unwrap,
  type LogFields,
  type Logger,
  type ProjectSettings,
  settingsOfAccount,
} from "@orch/core";
import { createFakeClock, tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { createAgentFinder } from "./agent-finder.ts";

const LOGINS = {
  codex: { variable: "CODEX_HOME", file: "auth.json" },
  claude: { variable: "CLAUDE_CONFIG_DIR", file: ".credentials.json" },
} as const;

interface Scene {
  readonly home: string;
  readonly drivers: ReturnType<typeof createDrivers>;
  load(agents: object, more?: object): Promise<Config>;
}

/** A home, and programs that say a version and no more. */
async function scene(): Promise<Scene> {
  const home = await tempFolder("orch-logins");
  const bin = join(home, "bin");
  await mkdir(bin);
  for (const name of ["codex", "claude"]) await writeFile(join(bin, name), "#!/bin/sh\necho 1\n", { mode: 0o755 });
  return {
    home,
    drivers: createDrivers({ path: [bin, "/usr/bin", "/bin"], home }),
    async load(agents, more = {}) {
      // JSON is YAML.
      await writeFile(join(home, "config.yml"), JSON.stringify({ agents, ...more }), { mode: 0o600 });
      return unwrap(await loadConfig({ home, env: { HOME: home } })).config;
    },
  };
}

async function logIn(folder: string, file: string, who: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, file), JSON.stringify({ who }));
}

test.each(["codex", "claude"] as const)(
  "each account of %s takes its own login along, as its env says",
  async (name) => {
    const { home, drivers, load } = await scene();
    const { variable, file } = LOGINS[name];
    const accounts = ["one", "two"].map((who) => ({ name: who, env: { [variable]: `~/login-${who}` } }));
    for (const who of ["one", "two"]) await logIn(join(home, `login-${who}`), file, who);
    const config = await load({ [name]: { home: "/nonexistent", accounts } });
    const agent = config.agents[name];
    if (agent === undefined) throw new Error("no agent");
    for (const who of ["one", "two"]) {
      const settings = settingsOfAccount(agent, who);
      if (settings === undefined) throw new Error("no account");
      const folder = join(home, "attempts", who);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "prompt.md"), "");
      const launch = await drivers[name]?.launch({
        agent: unwrap(parseAgentName(name)),
        settings,
        attempt: 1,
        cwd: home,
        folder,
        systemPromptFile: join(folder, "prompt.md"),
        messageFile: join(folder, "prompt.md"),
        env: settings.env,
      });
      const own = launch?.env[variable] ?? "";
      expect(own.startsWith(folder)).toBe(true);
      expect(JSON.parse(await readFile(join(own, file), "utf8"))).toEqual({ who });
    }
    const plain = await load({ [name]: { env: { [variable]: join(home, "login-two") } } });
    expect(plain.agents[name]?.home).toBe(join(home, "login-two"));
  },
);

function listening(): { readonly logger: Logger; readonly warnings: (readonly [LogFields, string])[] } {
  const warnings: (readonly [LogFields, string])[] = [];
  return { warnings, logger: { ...silentLogger, warn: (fields, text) => void warnings.push([fields, text]) } };
}

function projectOf({ agents, routing }: Config): ProjectSettings {
  return { agents, routing } as ProjectSettings;
}

test("an agent that is logged out gets no turn until it is logged in, and is told of once", async () => {
  const { home, drivers, load } = await scene();
  await logIn(join(home, ".claude"), ".credentials.json", "me");
  const clock = createFakeClock();
  const { logger, warnings } = listening();
  const finder = createAgentFinder({ drivers, clock, logger });
  const project = projectOf(await load({ codex: {}, claude: {} }));
  expect(await finder.available(project)).toEqual(["claude"]);
  await clock.advance(61_000);
  expect(await finder.available(project)).toEqual(["claude"]);
  expect(warnings).toMatchObject([[{ agent: "codex", hint: expect.stringContaining("codex login") as string }, /./]]);
  await logIn(join(home, ".codex"), "auth.json", "me");
  await clock.advance(61_000);
  expect(await finder.available(project)).toEqual(["codex", "claude"]);
});

test("an account that is logged out is told of once, and is given tasks again after its login", async () => {
  const { home, drivers, load } = await scene();
  await logIn(join(home, "work"), "auth.json", "me");
  const clock = createFakeClock();
  const { logger, warnings } = listening();
  const finder = createAgentFinder({ drivers, clock, logger });
  const accounts = ["work", "home"].map((name) => ({ name, env: { CODEX_HOME: `~/${name}` } }));
  const project = projectOf(await load({ codex: { accounts }, claude: {} }));
  expect(await finder.loggedOut(project)).toEqual([{ agent: "codex", account: "home" }]);
  await clock.advance(61_000);
  expect(await finder.loggedOut(projectOf(await load({ claude: {} })))).toEqual([]);
  await finder.loggedOut(project);
  expect(warnings).toMatchObject([
    [{ agent: "codex", account: "home", hint: expect.stringContaining("codex login") as string }, /./],
  ]);
  await logIn(join(home, "home"), "auth.json", "me");
  await clock.advance(61_000);
  expect(await finder.loggedOut(project)).toEqual([]);
});

test("a login of one account is enough, and so are a free model and a program of the person's own", async () => {
  const { home, drivers, load } = await scene();
  await logIn(join(home, "work"), "auth.json", "me");
  const finder = createAgentFinder({ drivers, clock: createFakeClock(), logger: silentLogger });
  const accounts = [{ name: "none" }, { name: "work", env: { CODEX_HOME: "~/work" } }];
  const pool = await load({ codex: { accounts } });
  expect(await finder.available(projectOf(pool))).toEqual(["codex"]);
  expect(await finder.loggedOut(projectOf(pool))).toEqual([{ agent: "codex", account: "none" }]);
  const hint = expect.stringMatching(/^Its account none is logged out\. .*codex login/) as string;
  expect(await finder.views(pool.agents)).toMatchObject([{ name: "codex", login: "logged_in", hint }]);
  expect(await finder.available(projectOf(await load({ claude: {} })))).toEqual([]);
  const free = await load({ claude: {} }, { model_map: { free: { claude: "tiny" } } });
  expect(await finder.available(projectOf(free))).toEqual(["claude"]);
  const own = await load({ claude: { command: [process.execPath, join(home, "own.mjs")] } });
  expect(await finder.available(projectOf(own))).toEqual(["claude"]);
});
