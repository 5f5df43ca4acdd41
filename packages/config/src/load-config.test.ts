import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { defaultPolicy, parseProjectId, unwrap, type OrchError } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { defaultPrices } from "./default-prices.ts";
import { defaults } from "./defaults.ts";
import { loadConfig, type LoadedConfig, type LoadOptions } from "./load-config.ts";
import { problemLine } from "./problem.ts";
import { projectSettings } from "./project-settings.ts";
import { suggestedModels } from "./suggested-models.ts";

interface Place {
  readonly home: string;
  readonly repository: string;
  load(options?: Partial<LoadOptions>): Promise<LoadedConfig>;
  fail(options?: Partial<LoadOptions>): Promise<OrchError>;
}

async function place(files: Readonly<Record<string, string>>): Promise<Place> {
  const root = await tempFolder("orch-config");
  const home = join(root, "home");
  const repository = join(root, "repository");
  await mkdir(join(repository, ".git"), { recursive: true });
  await mkdir(home);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text, { mode: 0o600 });
  }
  const base = { home, folder: repository, env: { HOME: root } };
  return {
    home,
    repository,
    load: async (options) => unwrap(await loadConfig({ ...base, ...options })),
    fail: async (options) => {
      const loaded = await loadConfig({ ...base, ...options });
      if (loaded.ok) return expect.fail("a good configuration where a bad one was expected");
      return loaded.error;
    },
  };
}

describe("defaults", () => {
  test("no file at all", async () => {
    const { home, load } = await place({});
    const { config, sources, notices } = await load();
    expect(sources).toEqual([]);
    expect(notices).toEqual([]);
    expect(config).toEqual({
      engine: {
        maxParallel: 4,
        tickMs: 10_000,
        syncMs: 120_000,
        fallbackSyncMs: 30_000,
        webhookCheckMs: 60_000,
        stuckMs: 1_800_000,
      },
      webhook: { enabled: false, host: "127.0.0.1", port: 8080, secrets: [], allowUnsigned: false },
      limits: {
        wallMs: 1_800_000,
        silenceMs: 600_000,
        noProgressMs: 1_200_000,
        outputBytes: 67_108_864,
        memoryBytes: 0,
        processes: 1000,
        fileBytes: 4_294_967_296,
        nudgeShare: 0.5,
        permissionMs: 300_000,
      },
      timeoutByComplexity: {},
      policy: defaultPolicy,
      budgets: { task: { tokens: 1_000_000 }, project: {}, daily: {} },
      prices: defaultPrices,
      grading: {
        diffBudget: "warn",
        maxChangedFiles: 8,
        maxAddedLines: 150,
        minChecks: 0,
        forbiddenCommands: defaults.policy.forbidden_commands,
        publishCommands: defaults.policy.publish_commands,
        failedTests: "recovered",
        knownTestFailures: [],
        testCommands: [],
        mode: "hybrid",
      },
      agents: { codex: { driver: "codex", command: ["codex"], args: [], env: {}, options: {} } },
      routing: { agents: ["codex"], models: {}, suggested: { codex: suggestedModels.drivers["codex"] } },
      checks: [],
      hooks: {},
      environment: { ports: { base: 20_000, size: 10, last: 29_999 }, variables: {}, projectVariables: {} },
      branchTemplate: "gh-task-{issue}-{slug}",
      gate: {
        protectedPaths: defaults.gate.protected_paths,
        maxFiles: 200,
        maxBytes: 5_242_880,
        maxFileBytes: 1_048_576,
        lockfiles: defaults.gate.lockfiles,
        scripts: defaults.gate.scripts,
      },
      sandbox: "auto",
      commandNetwork: "open",
      sandboxRead: [],
      git: {},
      retention: { attemptsMs: 2_592_000_000, passedPercent: 100 },
      repoOverrides: {},
      warm: 0,
      pathFile: join(dirname(home), ".path"),
      requiredTools: [],
      instructionFiles: ["AGENTS.md", "CLAUDE.md", "README.md"],
      redact: [],
      skills: [],
      projects: [],
      project: {},
    });
  });

  test("empty files and empty keys are like none", async () => {
    const { load } = await place({
      "home/config.yml": "# nothing\n",
      "repository/.orch.yml": "engine:\nworkflow:\n  max_attempts:\n",
    });
    expect((await load()).config.policy.maxAttempts).toBe(10);
  });

  test("the result is frozen", async () => {
    const { config } = await (await place({ "home/config.yml": "agents: {a: {command: x, env: {K: v}}}" })).load();
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.agents["a"]?.env)).toBe(true);
    expect(Object.isFrozen(config.gate.protectedPaths)).toBe(true);
  });
});

describe("layers", () => {
  test("the project wins key by key; lists are replaced", async () => {
    const { load, home, repository } = await place({
      "home/config.yml":
        "workflow: {max_attempts: 3, silence_seconds: 5m}\nrequired_tools: [jq, git]\nagents: {a: {command: x, args: [one], env: {K: global, L: global}}}\n",
      "repository/.orch.yml":
        "workflow: {max_attempts: 7}\nrequired_tools: [node]\nagents: {a: {model: small, args: [two], env: {K: project}}}\n",
    });
    const { config, sources, notices } = await load();
    expect(config.policy.maxAttempts).toBe(7);
    expect(config.limits.silenceMs).toBe(300_000);
    expect(config.requiredTools).toEqual(["node"]);
    expect(config.agents["a"]).toEqual({
      driver: "command",
      command: ["x"],
      args: ["one"],
      env: { K: "global", L: "global" },
      options: {},
      model: "small",
    });
    // What starts an agent is the person's alone.
    expect(notices.map(({ key, message }) => `${key} ${message}`)).toEqual([
      "agents.a.args is only read from the global config.yml",
      "agents.a.env is only read from the global config.yml",
    ]);
    expect(sources).toEqual([
      { path: join(home, "config.yml"), kind: "global" },
      { path: join(repository, ".orch.yml"), kind: "project" },
    ]);
  });

  test("the nearest file counts, and the search ends at the repository", async () => {
    const { load, repository } = await place({
      ".orch.yml": "git: {name: Outside}",
      "repository/.orch.yml": "git: {name: Root}",
      "repository/deep/.orch.yml": "git: {name: Deep}",
      "repository/deep/er/file": "",
      "other/.git/HEAD": "",
    });
    expect((await load({ folder: join(repository, "deep", "er") })).config.git.name).toBe("Deep");
    expect((await load()).config.git.name).toBe("Root");
    expect((await load({ folder: join(repository, "..", "other") })).config.git.name).toBeUndefined();
  });

  test("the old name is read with a notice, unless the new one is there", async () => {
    const old = await place({ "repository/.orchestrator.yml": "git: {name: Old}" });
    const { config, notices } = await old.load();
    expect(config.git.name).toBe("Old");
    expect(notices.map(problemLine)).toEqual([
      `${join(old.repository, ".orchestrator.yml")}:1:1: is an old name: call it .orch.yml`,
    ]);
    const both = await place({
      "repository/.orchestrator.yml": "git: {name: Old}",
      "repository/.orch.yml": "git: {name: New}",
    });
    expect((await both.load()).config.git.name).toBe("New");
  });

  test("relative paths start at the file that holds them", async () => {
    const { load, home, repository } = await place({
      "home/config.yml":
        "projects: [../repository, ~/other, {path: /abs, id: Acme/App}]\nagents: {a: {command: x, home: login}}",
      "repository/.orch.yml": "agents: {b: {command: y, home: ./own}}",
    });
    const { config, notices } = await load();
    expect(config.projects).toEqual([
      { path: repository },
      { path: join(dirname(home), "other") },
      { path: "/abs", id: "acme/app" },
    ]);
    expect(config.agents["a"]?.home).toBe(join(home, "login"));
    expect(config.agents["b"]).toBeUndefined();
    expect(notices.at(-1)?.message).toBe("is not an agent of the global config.yml, and is passed over here");
  });
});

describe("a project's file", () => {
  test("can tighten the sandbox, not loosen it; the person can, for one project", async () => {
    const { load } = await place({
      "home/config.yml": "sandbox: {mode: auto}\nprojects: [{path: /abs, sandbox: none}]",
      "repository/.orch.yml": "sandbox: {mode: none}",
    });
    const { config, notices } = await load();
    expect(config.sandbox).toBe("auto");
    expect(config.projects).toEqual([{ path: "/abs", sandbox: "none" }]);
    expect(notices.map(({ key, message }) => `${key} ${message}`)).toEqual([
      "sandbox.mode can't be loosened by a project's file; use projects: [{path, sandbox}] of the global config.yml",
    ]);
    const tighter = await place({ "repository/.orch.yml": "sandbox: {mode: srt, network: none}" });
    expect((await tighter.load()).config).toMatchObject({ sandbox: "srt", commandNetwork: "none" });
    // Automatic means sandbox-runtime where it works, so bubblewrap alone would be less.
    const laxer = await place({ "repository/.orch.yml": "sandbox: {mode: bwrap}" });
    expect((await laxer.load()).config.sandbox).toBe("auto");
  });

  test("opens no network, no folder and no command's network", async () => {
    const { load } = await place({
      "home/config.yml": "sandbox: {network: none, read: [../tools]}\nagents: {a: {command: x, egress: [one.example]}}",
      "repository/.orch.yml":
        "sandbox: {network: open, read: [/etc]}\nagents: {a: {egress: ['*'], env: {URL: 'https://evil.example'}}}",
    });
    const { config, notices } = await load();
    expect(config.commandNetwork).toBe("none");
    expect(config.sandboxRead).toEqual([expect.stringMatching(/^\/.*\/tools$/)]);
    expect(config.agents["a"]).toMatchObject({ egress: ["one.example"], env: {} });
    expect(config.agents["a"]?.endpoints).toBeUndefined();
    expect(notices.map(({ key }) => key)).toEqual([
      "agents.a.egress",
      "agents.a.env",
      "sandbox.read",
      "sandbox.network",
    ]);
  });

  test("takes permissions away from agents, and gives none", async () => {
    const { load } = await place({
      "home/config.yml": "workflow: {permissions: supervised, allowed_tools: [Edit], disallowed_tools: ['Bash(rm *)']}",
      "repository/.orch.yml":
        "workflow: {permissions: autonomous, allowed_tools: [Edit, Bash], disallowed_tools: [WebFetch]}",
    });
    const { config, notices } = await load();
    expect(config.permissions).toEqual({ mode: "supervised", allow: ["Edit"], deny: ["Bash(rm *)", "WebFetch"] });
    expect(notices.map(({ key }) => key)).toEqual(["workflow.permissions", "workflow.allowed_tools"]);
    const alone = await place({ "repository/.orch.yml": "workflow: {allowed_tools: [Edit]}" });
    expect((await alone.load()).config.permissions).toEqual({ mode: "autonomous", allow: ["Edit"], deny: [] });
    expect((await (await place({})).load()).config.permissions).toBeUndefined();
  });

  test("adds to what needs a person, and says of nothing that it needs nobody", async () => {
    const allow = (kind: string): string => `gate: {allow: {${kind}: ["x/**"]}}`;
    const { load } = await place({
      "home/config.yml":
        "gate: {protected_paths: [a], lockfiles: [a.lock], allow: {binary: [docs/**]}}\npolicy: {repo_overrides: {acme/app: {allow: {binary: [art/**], mode: [bin/**]}}}}",
      "repository/.orch.yml": `gate: {protected_paths: [b], lockfiles: [], scripts: [c], allow: {lockfile: ["*"]}}`,
    });
    const { config, notices } = await load();
    expect(config.gate).toMatchObject({
      protectedPaths: ["a", "b"],
      lockfiles: ["a.lock"],
      scripts: [...defaults.gate.scripts, "c"],
      allowed: { binary: ["docs/**"] },
    });
    expect(notices.map(({ key, message }) => `${key} ${message}`)).toEqual([
      "gate.allow is only read from the global config.yml",
    ]);
    const settings = (id: string) =>
      projectSettings(config, { source: "/repository", id: unwrap(parseProjectId(id)) }).gate.allowed;
    expect(settings("acme/app")).toMatchObject({ binary: ["docs/**", "art/**"], mode: ["bin/**"] });
    expect(settings("acme/other")).toEqual({ binary: ["docs/**"] });
    expect((await (await place({ "home/config.yml": allow("nothing") })).fail()).message).toContain("gate.allow");
  });

  test("does not see secrets of the environment", async () => {
    const { fail } = await place({ "repository/.orch.yml": 'agents: {a: {command: x, env: {T: "${GH_TOKEN}"}}}' });
    expect((await fail({ env: { GH_TOKEN: "hush" } })).message).toContain("looks secret: use it in the global");
  });
});

describe("agents and routing", () => {
  test("addresses that the person's file names are those of the agent's service", async () => {
    const { load } = await place({
      "home/config.yml": JSON.stringify({
        agents: {
          a: {
            command: ["x", "--url=http://127.0.0.1:8080/v1?x"],
            args: ["-c", 'base_url="https://llm.example/v1"'],
            env: { BASE_URL: "https://llm.example/other", KEY: "k" },
            options: { deep: { url: "http://[::1]:9/" } },
          },
        },
      }),
    });
    const endpoints = (await load()).config.agents["a"]?.endpoints ?? [];
    expect(endpoints.toSorted()).toEqual(["http://127.0.0.1:8080", "http://[::1]:9", "https://llm.example"]);
  });

  test.each(["example.com/path", "https://example.com", "*.", "-x", "a b", "*.*"])(
    "refuses the host %j",
    async (host) => {
      const { fail } = await place({
        "home/config.yml": JSON.stringify({ agents: { a: { command: "x", egress: [host] } } }),
      });
      expect((await fail()).message).toContain("must be a host");
    },
  );

  test("drivers, commands and environment", async () => {
    const { load } = await place({
      "home/config.yml": `
agents:
  codex:
    model: m
    env: { N: 1, T: true, S: "\${KEY}" }
  mine: { command: [node, agent.js], options: { prompt: stdin } }
  tape: { driver: replay, options: { file: run.jsonl } }
router: { agents: "mine, codex", disabled_agents: [codex], fallback_executor: codex }
model_map: { simple: { codex: small } }
`,
    });
    const { config } = await load({ env: { KEY: "secret" } });
    expect(config.agents).toEqual({
      codex: {
        driver: "codex",
        command: ["codex"],
        args: [],
        env: { N: "1", T: "true", S: "secret" },
        options: {},
        model: "m",
      },
      mine: { driver: "command", command: ["node", "agent.js"], args: [], env: {}, options: { prompt: "stdin" } },
      tape: { driver: "replay", command: [], args: [], env: {}, options: { file: "run.jsonl" } },
    });
    expect(config.routing).toEqual({ agents: ["mine"], fallback: "codex", models: { simple: { codex: "small" } } });
  });

  test("a model that classifies, with figures of its own", async () => {
    const { load } = await place({
      "home/config.yml": `
router:
  mode: llm
  agent: codex
  model: small
  timeout_seconds: 30
  max_route_attempts: 2
  weighted_round_robin: true
  allowed_tools: rg, jq
  default_skills: [git]
agents:
  mine: { command: node }
  codex:
`,
    });
    const { config } = await load();
    expect(config.routing).toEqual({
      agents: ["mine", "codex"],
      models: {},
      suggested: { codex: suggestedModels.drivers["codex"] },
      classifier: { agent: "codex", model: "small", timeoutMs: 30_000, maxAttempts: 2 },
      weighted: true,
      allowedTools: ["rg", "jq"],
      defaultSkills: ["git"],
    });
  });

  test.each([
    [
      "learn: true",
      { mode: "on", share: 0.05, halfLifeMs: 2_592_000_000, minTasks: 8, minLanded: 0.2, costWeight: 0.1 },
    ],
    [
      "learn: shadow\n  learn_share_percent: 10\n  learn_half_life_days: 1",
      { mode: "shadow", share: 0.1, halfLifeMs: 86_400_000, minTasks: 8, minLanded: 0.2, costWeight: 0.1 },
    ],
    ["learn: false\n  learn_min_tasks: 3", undefined],
  ])("learning: %s", async (written, learning) => {
    const { load } = await place({ "home/config.yml": `router:\n  ${written}\n` });
    expect((await load()).config.routing.learning).toEqual(learning);
  });

  test("a configuration of a seed is taken over with notices", async () => {
    const { load, home } = await place({
      "home/config.yml": `
router:
  mode: llm
  agents: [claude, codex, opencode]
  fallback_executor: round_robin
agents:
  claude: { allowed_tools: [Bash] }
  codex:
`,
    });
    const { config, notices } = await load();
    expect(Object.keys(config.agents)).toEqual(["claude", "codex"]);
    const classifier = { agent: "claude", model: "haiku", timeoutMs: 120_000, maxAttempts: 3 };
    const suggested = suggestedModels.drivers;
    expect(config.routing).toEqual({ agents: ["claude", "codex"], models: {}, suggested, classifier });
    expect(notices.map((notice) => problemLine(notice).replace(`${home}/`, ""))).toEqual([
      "config.yml:7:13: agents.claude.allowed_tools is known, but not used yet",
      "config.yml:4:3: router.agents names opencode, which is not configured, and goes on without it",
    ]);
  });

  test("problems of the whole name the file that holds the key", async () => {
    const { fail, home, repository } = await place({
      "home/config.yml":
        "agents: {mine: {}}\nrouter: {agents: [minee], fallback_executor: nobody}\nprojects: [{path: /a, id: wrong}]",
      "repository/.orch.yml":
        "agents: {other: {command: x}}\nchecks: [{name: a, run: [x]}, {name: A, run: [y]}]\ngh: {repo: ../..}",
    });
    const error = await fail();
    expect(error.code).toBe("config_invalid");
    expect(error.message.replaceAll(`${home}/`, "").replaceAll(`${repository}/`, "").split("\n")).toEqual([
      "6 problems in the configuration:",
      "config.yml:1:10: agents.mine needs a command",
      'config.yml:2:10: router.agents names "minee", which is not a configured agent',
      'config.yml:2:27: router.fallback_executor names "nobody", which is not a configured agent',
      ".orch.yml:2:32: checks[1].name is the name of another check, too",
      "config.yml:3:23: projects[0].id is not a project id such as owner/repo",
      ".orch.yml:3:6: gh.repo is not a project id such as owner/repo",
    ]);
    expect(error.details["problems"]).toHaveLength(6);
  });
});

describe("files that can't be used", () => {
  test("problems of both files come together", async () => {
    const { fail } = await place({ "home/config.yml": "a: [", "repository/.orch.yml": "mergee: {}" });
    const { message } = await fail();
    expect(message).toMatch(/config\.yml:1:\d+: is not valid YAML/);
    expect(message).toContain(".orch.yml:1:1: mergee is not a known key; did you mean merge?");
  });

  test("a folder in a file's place", async () => {
    const { fail } = await place({ "home/config.yml/file": "" });
    expect(await fail()).toMatchObject({ code: "config_unreadable" });
  });

  test("a file that is too large", async () => {
    const { fail } = await place({ "repository/.orch.yml": `# ${"x".repeat(1024 * 1024)}\n` });
    expect(await fail()).toMatchObject({ code: "config_unreadable" });
  });

  test.each([
    ["agents.codex.env.OPENAI_API_KEY", "agents: { codex: { env: { OPENAI_API_KEY: sk-1 } } }"],
    ["agents.codex.accounts[0].env.MY_JWT", "agents: { codex: { accounts: [{ name: a, env: { MY_JWT: eyJ } }] } }"],
    ["agents.codex.args[1]", "agents: { codex: { args: [--api-key, sk-1] } }"],
    ["agents.codex.args[0]", "agents: { codex: { args: ['--token=t-1'] } }"],
    ["agents.codex.args[1]", "agents: { codex: { args: [-c, 'model_providers.x.apiKey=\"sk-1\"'] } }"],
    ["agents.claude.env.PGPASSWORD", "agents: { claude: { env: { PGPASSWORD: word } } }"],
    ["agents.codex.env.URL", "agents: { codex: { env: { URL: 'https://me:word@host' } } }"],
    ["webhook.secret", "webhook: { secret: s3cret }"],
    ["webhook.secret[0]", "webhook: { secret: [s3cret] }"],
  ])("keys that others may read: %s", async (key, text) => {
    const { fail, load, home } = await place({ "home/config.yml": text });
    const path = join(home, "config.yml");
    for (const mode of [0o644, 0o640, 0o604]) {
      await chmod(path, mode);
      expect(await fail()).toMatchObject({
        code: "config_exposed",
        message: `${path} holds ${key}, and others may read it (mode ${mode.toString(8)})`,
        hint: `Make it yours alone: chmod 600 ${path}, or orch doctor --fix`,
      });
    }
    await chmod(path, 0o600);
    expect((await load()).sources).toHaveLength(1);
  });

  test("what others may read without harm: no keys, and those that the environment holds", async () => {
    const text =
      "agents: { codex: { model: big, env: { OPENAI_API_KEY: '${KEY}', LANG: C } } }\nwebhook: { secret: '${KEY}' }";
    const { load, home } = await place({ "home/config.yml": text });
    await chmod(join(home, "config.yml"), 0o644);
    expect((await load({ env: { KEY: "sk-1" } })).sources).toHaveLength(1);
  });

  test.each([
    "skills: [{ repo: 'ssh://git@github.com/acme/skills.git' }]",
    "agents: { claude: { env: { MAX_THINKING_TOKENS: '8000', MAX_OUTPUT_TOKENS: 32k, USE_TOKEN: 'true' } } }",
    "agents: { claude: { env: { GIT_AUTHOR_NAME: Bot, GIT_ASKPASS: /usr/bin/ask, TOKEN_FILE: ~/token } } }",
    "agents: { codex: { args: [-c, 'model_providers.x.env_key=MY_KEY'] } }",
    "agents: { codex: { args: [-c, 'model_providers.x.env_key=mykey', --token-limit, high] } }",
    "agents: { codex: { args: [--dangerously-bypass-approvals-and-sandbox, --search] } }",
    "agents: { codex: { args: [--no-pass, --search] } }",
  ])("what only looks like a key may be read by others: %s", async (text) => {
    const { load, home } = await place({ "home/config.yml": text });
    await chmod(join(home, "config.yml"), 0o644);
    expect((await load()).sources).toHaveLength(1);
  });

  test("a reader that fails", async () => {
    const { fail, home } = await place({ "home/config.yml": "" });
    await chmod(join(home, "config.yml"), 0o000);
    const files = { read: () => Promise.reject(new TypeError("no")), exists: () => Promise.resolve(false) };
    expect(await fail({ files })).toMatchObject({ code: "internal" });
  });
});

describe("projectSettings", () => {
  test("everything that a project needs", async () => {
    const { load, repository } = await place({
      "repository/.orch.yml": `
gh: { repo: Acme/App, default_branch: trunk }
checks: [{ name: test, run: [npm, test] }, { name: lint, run: [npm, run, lint], timeout: 2m }]
hooks: { after_create: [npm, ci], after_run: { run: [make, clean], timeout: 5 } }
workflow: { timeout_by_complexity: { simple: 10m } }
`,
    });
    const { config } = await load();
    expect(projectSettings(config, { source: repository })).toMatchObject({
      id: "acme/app",
      source: repository,
      defaultBranch: "trunk",
      checks: [
        { name: "test", run: ["npm", "test"], timeoutMs: 600_000 },
        { name: "lint", run: ["npm", "run", "lint"], timeoutMs: 120_000 },
      ],
      hooks: {
        afterCreate: { name: "after_create", run: ["npm", "ci"], timeoutMs: 600_000 },
        afterRun: { name: "after_run", run: ["make", "clean"], timeoutMs: 5000 },
      },
      timeoutByComplexity: { simple: 600_000 },
      routing: { agents: ["codex"] },
    });
  });

  test("the id: registered, written, remote, folder", async () => {
    const plain = (await (await place({})).load()).config;
    const named = (await (await place({ "repository/.orch.yml": "repo: acme/app" })).load()).config;
    const remoteUrl = "git@example.com:acme/remote.git";
    const id = unwrap(parseProjectId("acme/registered"));
    expect(projectSettings(named, { source: "/x/y", remoteUrl, id }).id).toBe("acme/registered");
    expect(projectSettings(named, { source: "/x/y", remoteUrl }).id).toBe("acme/app");
    expect(projectSettings(plain, { source: "/x/y", remoteUrl }).id).toBe("acme/remote");
    expect(projectSettings(plain, { source: "/x/y" }).id).toBe("local/y");
  });
});
