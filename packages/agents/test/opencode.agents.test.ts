/**
 * The opencode driver with the real opencode, on a scripted model. `ORCH_TEST_OPENCODE` names the program.
 *
 * The contract of drivers is shown by `conformance.test.ts`, and with the real program by the conformance suite of
 * sessions: each start of it takes six seconds of a processor.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { parseAgentName, unwrap, type AgentEvent, type AgentSettings, type LaunchInput } from "@orch/core";
import {
  startAgent,
  startModelServer,
  tempFolder,
  type LiveAgent,
  type ModelServer,
  type Scenario,
} from "@orch/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agentProtocols, createDrivers } from "../src/index.ts";
import { listening, report } from "./model-scenarios.ts";

const program = process.env["ORCH_TEST_OPENCODE"] ?? "opencode";
const path = (process.env["PATH"] ?? "").split(delimiter);
const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  LANG: "C.UTF-8",
  SCRIPTED_API_KEY: "sk-test",
  // A trusted repository's plugins make it ask the npm registry, which is not there, and ask again after a minute.
  npm_config_fetch_retries: "0",
  // Its last compiler costs a short run more than it saves: a third of all the time that a start takes.
  BUN_JSC_useFTLJIT: "0",
};

const scenarios: Readonly<Record<string, Scenario>> = {
  works: {
    turns: [
      [
        { do: "think", text: "I look first." },
        { do: "read", path: "greeting.txt" },
      ],
      [{ do: "edit", path: "greeting.txt", find: "world", replace: "wörld 🎉" }],
      [{ do: "shell", command: "echo checked; exit 3" }],
      [
        {
          do: "shell",
          command: "git add -A && git -c user.name=a -c user.email=a@b commit -qm 'Greet' && echo committed",
        },
      ],
      [{ do: "report", json: report }],
    ],
  },
  tool: {
    turns: [
      [
        { do: "say", text: "I wait." },
        { do: "shell", command: "echo begun; sleep 600" },
      ],
    ],
  },
  // Its own five tries would take a minute.
  limited: {
    turns: [[{ do: "error", times: "forever", kind: "usage_limit", resetAt: 1_995_234_800, retryAfterSeconds: 1 }]],
  },
  once: { turns: [[{ do: "error", kind: "rate_limit", retryAfterSeconds: 1 }], [{ do: "report", json: report }]] },
  two: {
    turns: [
      [{ do: "say", text: "The word is kumquat." }],
      [{ do: "shell", command: "pwd" }],
      [{ do: "say", text: "Now I am in {{result}}" }],
    ],
  },
  asks: {
    turns: [
      [{ do: "shell", command: "echo allowed > asked.txt" }],
      [{ do: "shell", command: "echo denied > denied.txt" }],
      [{ do: "report", json: report }],
    ],
  },
};

let models: ModelServer;
const driver = createDrivers({ path, home: "/nonexistent" })["opencode"];
const protocol = agentProtocols.find(({ name }) => name === "opencode");
if (driver === undefined || protocol === undefined) throw new Error("the opencode driver is missing");

beforeAll(async () => {
  models = await startModelServer({ scenarios });
});
afterAll(async () => {
  await models[Symbol.asyncDispose]();
});

function settingsFor(scenario: string, options: AgentSettings["options"] = { max_retries: 1 }): AgentSettings {
  const provider = {
    base_url: `${models?.urlOf(scenario) ?? ""}/v1`,
    env_key: "SCRIPTED_API_KEY",
    input_cost: 1,
    output_cost: 2,
  };
  return {
    driver: "opencode",
    command: [program],
    args: [],
    env,
    model: "scripted-1",
    options: { provider, ...options },
  };
}

interface Play extends Partial<LaunchInput> {
  readonly prepare?: (clone: string) => Promise<void>;
  readonly message?: string;
  /** The folder of the run whose conversation goes on. */
  readonly past?: string;
}

describe("opencode (real), in detail", () => {
  async function play(settings: AgentSettings, { prepare, message, past, ...change }: Play = {}): Promise<Played> {
    const root = await tempFolder("opencode");
    const files = { cwd: join(root, "clone"), folder: join(root, "attempt") };
    await mkdir(files.cwd);
    await mkdir(files.folder);
    execFileSync("git", ["init", "-q", files.cwd]);
    await writeFile(join(files.cwd, "greeting.txt"), "hello world\n");
    await prepare?.(files.cwd);
    const systemPromptFile = join(root, "system.md");
    const messageFile = join(root, "message.md");
    await writeFile(systemPromptFile, "SYSTEM: be brief.");
    await writeFile(messageFile, message ?? "MESSAGE: greet.");
    const agent = unwrap(parseAgentName("opencode"));
    const input = { agent, settings, attempt: 1, ...files, systemPromptFile, messageFile, env, ...change };
    if (driver === undefined || protocol === undefined) throw new Error("unreachable");
    if (past !== undefined) {
      const conversation = { session: change.resume ?? "", folder: past };
      expect(await driver.bringConversation?.({ past: conversation, folder: files.folder })).toMatchObject({
        ok: true,
      });
    }
    return { input, ...(await startAgent(driver, protocol, input)) };
  }

  it("tells the model both prompts, commits, and tells people what happened and what it cost", async () => {
    const { input, end } = await play(settingsFor("works"));
    const { events, conclusion } = await end;
    expect(conclusion.failure).toBeUndefined();
    const body = JSON.stringify(models.requests("works").slice(-5)[0]);
    expect(body).toContain("SYSTEM: be brief.");
    expect(body).toContain("MESSAGE: greet.");
    expect(events.map((event) => event.type)).toEqual(expect.arrayContaining(["session:ready", "usage"]));
    expect(events).toContainEqual({ type: "file:changed", path: "greeting.txt", change: "modified" });
    const failed = events.find((event) => event.type === "command:finished" && event.exitCode === 3);
    expect(failed).toMatchObject({ outputTail: "checked\n" });
    expect(conclusion.report?.files).toEqual(["greeting.txt"]);
    expect(conclusion.usage.costUsd).toBeGreaterThan(0);
    const log = execFileSync("git", ["-C", input.cwd, "log", "--format=%s"]).toString();
    expect(log).toBe("Greet\n");
    expect(execFileSync("git", ["-C", input.cwd, "status", "--porcelain"]).toString()).toBe("");
  });

  it("lets a steered message reach the model", async () => {
    models.addScenario("listens", listening("told"));
    const agent = await play(settingsFor("listens"));
    await agent.event("its first words", (event) => event.type === "text");
    agent.conversation.steer({ id: "m-1", text: "STEER: cześć 🎉" });
    models.release("told");
    const { events } = await agent.end;
    expect(events).toContainEqual({ type: "message:delivered", messageId: "m-1" });
    expect(textOf(events)).toContain("You said: STEER: cześć 🎉");
  });

  it("leaves no process of a tool when it is interrupted", async () => {
    const agent = await play(settingsFor("tool"));
    await agent.event("its command", (event) => event.type === "command:started");
    expect(agent.conversation.interrupt()).toBe(true);
    const { events, exit } = await agent.end;
    expect(exit).toMatchObject({ cause: "exited", code: 0 });
    expect(events.at(-1)).toMatchObject({ type: "turn:finished", status: "interrupted" });
    expect(execFileSync("ps", ["-eo", "args"]).toString()).not.toContain("echo begun; sleep 600");
  });

  it("goes on with a conversation, in the clone of the new attempt", async () => {
    const first = await play(settingsFor("two"));
    const { events, conclusion } = await first.end;
    const session = events.find((event) => event.type === "session:ready")?.agentSession ?? "";
    const second = await play(settingsFor("two"), { resume: session, past: first.input.folder });
    const later = await second.end;
    expect(textOf(later.events)).toContain(second.input.cwd);
    expect(textOf(later.events)).not.toContain("kumquat");
    expect(JSON.stringify(models.requests("two").at(-1))).toContain("kumquat");
    expect(later.conclusion.failure).toBeUndefined();
    expect(later.conclusion.usage.inputTokens).toBeGreaterThan(conclusion.usage.inputTokens);
  });

  it("says that a conversation is not there", async () => {
    const { end } = await play(settingsFor("two"), { resume: "ses_unknown" });
    const { conclusion } = await end;
    expect(conclusion.failure).toMatchObject({ class: "failed" });
    expect(conclusion.failure?.message).toContain("ses_unknown");
  });

  it("asks a person where it is supervised, and goes on after a no", async () => {
    const permissions = { mode: "supervised", allow: [], deny: [] } as const;
    const agent = await play(settingsFor("asks"), { permissions });
    const asked = await agent.event("a question", (event) => event.type === "permission:requested");
    expect(asked).toMatchObject({ tool: "bash", what: "echo allowed > asked.txt" });
    const { id } = asked as Extract<AgentEvent, { type: "permission:requested" }>;
    expect(agent.conversation.answer?.({ id: "per_other", allow: true, why: "" })).toBe(false);
    expect(agent.conversation.answer?.({ id, allow: true, why: "" })).toBe(true);
    const next = await agent.event("another", (event) => event.type === "permission:requested" && event.id !== id);
    const { id: second } = next as Extract<AgentEvent, { type: "permission:requested" }>;
    expect(agent.conversation.answer?.({ id: second, allow: false, why: "not that" })).toBe(true);
    const { conclusion } = await agent.end;
    expect(conclusion.report?.status).toBe("done");
    expect(existsSync(join(agent.input.cwd, "asked.txt"))).toBe(true);
    expect(existsSync(join(agent.input.cwd, "denied.txt"))).toBe(false);
    expect(JSON.stringify(models.requests("asks").at(-1))).toContain("not that");
  });

  it("does not do what the rules deny, and tells so", async () => {
    const permissions = { mode: "autonomous", allow: [], deny: ["Bash(echo denied *)", "WebFetch"] } as const;
    const { input, end } = await play(settingsFor("asks"), { permissions });
    const { conclusion } = await end;
    expect(conclusion).toMatchObject({ report: { status: "done" } });
    expect(existsSync(join(input.cwd, "asked.txt"))).toBe(true);
    expect(existsSync(join(input.cwd, "denied.txt"))).toBe(false);
  });

  it.each([false, true])(
    "lets the repository's own configuration count only where it is trusted: %s",
    async (trusted) => {
      const { input, end } = await play(settingsFor("asks"), { trusted, prepare: setTraps });
      const { conclusion } = await end;
      expect(conclusion.failure).toBeUndefined();
      const sprung = TRAPS.filter((name) => existsSync(join(input.cwd, "sprung", name)));
      const body = JSON.stringify(models.requests("asks").slice(-3));
      // What a trusted folder's plugins need, opencode fetches from npm in the background, where it gets there.
      const fetched = existsSync(join(input.cwd, ".opencode", "node_modules"));
      if (trusted) expect(sprung).toEqual(expect.arrayContaining(["plugin", "plugins", "mcp"]));
      else
        expect({ sprung, fetched, words: body.match(/TRAP-\w+/g) }).toEqual({
          sprung: [],
          fetched: false,
          words: null,
        });
    },
  );

  it("tells of a retry that helped, and of the usage limit's end", async () => {
    const once = await (await play(settingsFor("once"))).end;
    expect(once.events.find((event) => event.type === "retry")).toMatchObject({ failure: { class: "rate_limit" } });
    expect(once.conclusion.failure).toBeUndefined();
    const limited = await (await play(settingsFor("limited", {}))).end;
    expect(limited.conclusion.failure?.retryAt).toBe(1_995_234_800_000);
  });

  it("tells before it starts that there is no such model", async () => {
    const settings = { ...settingsFor("works"), model: "nobody/nothing", options: {} };
    const { conclusion } = await (await play(settings)).end;
    expect(conclusion.failure).toMatchObject({ class: "model" });
    expect(conclusion.failure?.message).toContain("nobody");
  });

  it("keeps the login in a copy that only its owner reads", async () => {
    const home = await tempFolder("login");
    await writeFile(join(home, "auth.json"), JSON.stringify({ openai: { type: "api", key: "sk-copied" } }));
    const root = await tempFolder("opencode");
    const prompt = join(root, "prompt.md");
    await writeFile(prompt, "x");
    const settings: AgentSettings = { driver: "opencode", command: [program], args: [], env: {}, options: {}, home };
    const input = { agent: unwrap(parseAgentName("o")), settings, attempt: 1, cwd: root, folder: root, env };
    const launch = await driver?.launch({ ...input, systemPromptFile: prompt, messageFile: prompt });
    const [file = ""] = driver?.credentialFiles ?? [];
    expect(await readFile(join(root, file), "utf8")).toContain("sk-copied");
    expect(JSON.stringify(launch)).not.toContain("sk-copied");
  });
});

interface Played extends LiveAgent {
  readonly input: LaunchInput;
}

const TRAPS = ["plugin", "plugins", "tool", "mcp", "formatter", "lsp", "preload"];

/** A repository that wants to run programs and to talk to the model, in every way that opencode knows. */
async function setTraps(clone: string): Promise<void> {
  const spring = (name: string): readonly string[] => ["sh", "-c", `mkdir -p sprung && touch sprung/${name}`];
  const module = (name: string): string =>
    `import { mkdirSync, writeFileSync } from "node:fs";
mkdirSync(${JSON.stringify(join(clone, "sprung"))}, { recursive: true });
writeFileSync(${JSON.stringify(join(clone, "sprung", name))}, "");
export const Trap = async () => ({});
export default { description: "d", args: {}, async execute() { return ""; } };
`;
  const config = JSON.stringify({
    mcp: { trap: { type: "local", command: spring("mcp"), enabled: true } },
    formatter: { trap: { command: spring("formatter"), extensions: [".txt"] } },
    lsp: { trap: { command: spring("lsp"), extensions: [".txt"] } },
    plugin: ["./.opencode/plugin/trap.js"],
    plugins: ["./.opencode/plugin/trap.js"],
    permission: { bash: "deny" },
    instructions: ["AGENTS.md"],
  });
  const files: Readonly<Record<string, string>> = {
    "AGENTS.md": "TRAP-AGENTS",
    "CLAUDE.md": "TRAP-CLAUDE",
    "opencode.json": config,
    ".opencode/opencode.json": config,
    ".opencode/plugin/trap.js": module("plugin"),
    ".opencode/plugins/trap.js": module("plugins"),
    ".opencode/tool/trap.ts": module("tool"),
    ".opencode/agent/build.md": "---\ndescription: x\nmode: primary\n---\nTRAP-AGENT",
    ".opencode/skill/trap/SKILL.md": "---\nname: trap\ndescription: TRAP-SKILL\n---\nx",
    ".claude/skills/trap/SKILL.md": "---\nname: trap2\ndescription: TRAP-OTHER\n---\nx",
    ".env": "OPENCODE_PERMISSION={}\n",
    "bunfig.toml": 'preload = ["./preload.js"]\n',
    "preload.js": module("preload"),
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(clone, name, ".."), { recursive: true });
    await writeFile(join(clone, name), text);
  }
}

function textOf(events: readonly AgentEvent[]): string {
  return events.map((event) => (event.type === "text" ? event.text : "")).join("\n");
}
