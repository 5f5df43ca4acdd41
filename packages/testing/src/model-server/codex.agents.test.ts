/**
 * Proves the model server against the real codex. Run where only loopback
 * exists (`npm run test:agents`), with `ORCH_TEST_CODEX` naming the program; with `ORCH_RECORD=1` the
 * app-server sessions are written to `__fixtures__`.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  type CodexAppServer,
  type CodexMessage,
  type CodexOptions,
  codexEnvironment,
  codexSwitches,
  idIn,
  startCodexAppServer,
} from "./codex-process.ts";
import { type ErrorAction, type ModelServer, type Scenario, startModelServer, type Turn } from "./index.ts";
import { asRecord } from "./wire/json-values.ts";

const run = promisify(execFile);
const PROGRAM = process.env["ORCH_TEST_CODEX"] ?? "codex";
const FIXTURES = join(import.meta.dirname, "__fixtures__/codex-0.169.0");
const REPORT = { status: "done", summary: "Fixed the sum", files: ["README.md", "src/sum.js"] };

const WORK: readonly Turn[] = [
  [
    { do: "think", text: "I look first." },
    { do: "say", text: "I will read the readme." },
    { do: "read", path: "README.md" },
  ],
  [
    { do: "edit", path: "README.md", find: "world", replace: "wörld 🎉" },
    { do: "edit", path: "src/sum.js", find: "a - b", replace: "a + b" },
  ],
  [
    {
      do: "shell",
      command: `node -e "console.log(1 + 2)" && git add -A && git commit -qm 'agent change' && git log --format=%s`,
    },
  ],
  [
    { do: "say", text: "Both files are changed." },
    { do: "report", json: REPORT },
  ],
];

function refusing(action: Omit<ErrorAction, "do" | "times">): Scenario {
  return { turns: [[{ do: "error", times: "forever", ...action }]] };
}

interface Failure {
  readonly scenario: Scenario;
  readonly info: unknown;
  readonly requests: number;
}

const FAILURES: Readonly<Record<string, Failure>> = {
  "error-429": {
    scenario: refusing({ kind: "rate_limit", retryAfterSeconds: 1 }),
    info: { responseTooManyFailedAttempts: { httpStatusCode: 429 } },
    requests: 2,
  },
  "error-429-in-stream": {
    scenario: refusing({ kind: "rate_limit", retryAfterSeconds: 1, via: "stream" }),
    info: "rateLimitExceeded",
    requests: 2,
  },
  "error-usage-limit": {
    scenario: refusing({ kind: "usage_limit", resetAt: 1_795_234_800 }),
    info: "usageLimitExceeded",
    requests: 1,
  },
  "error-quota": { scenario: refusing({ kind: "quota" }), info: "usageLimitExceeded", requests: 1 },
  "error-overloaded": { scenario: refusing({ kind: "overloaded" }), info: "serverOverloaded", requests: 2 },
  "error-500": { scenario: refusing({ kind: "server_error" }), info: "internalServerError", requests: 4 },
  "error-401": {
    scenario: refusing({ kind: "auth" }),
    info: { httpConnectionFailed: { httpStatusCode: 401 } },
    requests: 2,
  },
  "error-403": {
    scenario: refusing({ kind: "forbidden" }),
    info: { httpConnectionFailed: { httpStatusCode: 403 } },
    requests: 2,
  },
  "error-400": { scenario: refusing({ kind: "bad_request" }), info: "other", requests: 1 },
  "error-model-missing": { scenario: refusing({ kind: "model_missing" }), info: "modelNotFound", requests: 1 },
  "error-context": { scenario: refusing({ kind: "context_overflow" }), info: "contextWindowExceeded", requests: 1 },
  "error-context-in-stream": {
    scenario: refusing({ kind: "context_overflow", via: "stream" }),
    info: "contextWindowExceeded",
    requests: 1,
  },
  "hangup-before": {
    scenario: { turns: [[{ do: "hangup", when: "before", times: "forever" }]] },
    info: "other",
    requests: 4,
  },
  "hangup-mid": {
    scenario: {
      turns: [
        [
          { do: "say", text: "partial text" },
          { do: "hangup", when: "mid", times: "forever" },
        ],
      ],
    },
    info: "other",
    requests: 2,
  },
};

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  exec: { turns: WORK },
  turn: { turns: WORK },
  "turn-direct-tools": { turns: WORK },
  steer: {
    turns: [
      WORK[0] ?? [],
      [
        { do: "gate", name: "steer" },
        { do: "shell", command: "echo after the steer" },
      ],
      [
        { do: "say", text: "You asked: {{user}}" },
        { do: "report", json: REPORT },
      ],
    ],
  },
  interrupt: { turns: [[{ do: "say", text: "This takes long." }, { do: "silence" }]] },
  "second-turn": { turns: [[{ do: "say", text: "First answer." }], [{ do: "say", text: "Second answer." }]] },
  "command-fails": {
    turns: [
      [{ do: "shell", command: "echo to-stderr >&2; exit 3" }],
      [{ do: "edit", path: "README.md", find: "no such text", replace: "x" }],
      [{ do: "say", text: "Both failed." }],
    ],
  },
  "error-429-once": {
    turns: [[{ do: "error", kind: "rate_limit", retryAfterSeconds: 1 }], [{ do: "say", text: "after" }]],
  },
  "hangup-mid-once": {
    turns: [
      [
        { do: "say", text: "partial text" },
        { do: "hangup", when: "mid" },
      ],
    ],
  },
  ...Object.fromEntries(Object.entries(FAILURES).map(([name, failure]) => [name, failure.scenario])),
};

let folder: string;
let models: ModelServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "orch-codex-"));
  models = await startModelServer({ scenarios: SCENARIOS });
});

afterAll(async () => {
  await models[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function prepare(scenario: string): Promise<CodexOptions> {
  const cwd = join(folder, scenario, "repo");
  await mkdir(join(cwd, "src"), { recursive: true });
  await writeFile(join(cwd, "README.md"), "# sample\n\nhello world\n");
  await writeFile(join(cwd, "src/sum.js"), "export function sum(a, b) {\n  return a - b;\n}\n");
  for (const command of [
    "init -q",
    "config user.name agent",
    "config user.email agent@example.test",
    "add -A",
    "commit -qm initial",
  ]) {
    await run("git", command.split(" "), { cwd });
  }
  return {
    program: PROGRAM,
    scenarioUrl: models.urlOf(scenario),
    cwd,
    home: join(folder, scenario, "home"),
    searchPath: process.env["PATH"] ?? "",
  };
}

interface Session {
  readonly codex: CodexAppServer;
  readonly threadId: string;
  readonly turnId: string;
}

/** Runs a turn and `during` it; returns the end of the turn and all messages. */
async function session(
  scenario: string,
  during?: (session: Session) => Promise<unknown>,
): Promise<{ end: CodexMessage; messages: readonly CodexMessage[]; options: CodexOptions }> {
  const options = await prepare(scenario);
  const lines: string[] = [];
  let end: CodexMessage;
  {
    await using codex = await startCodexAppServer(options);
    const model = scenario === "turn-direct-tools" ? "gpt-5.5" : "gpt-6.1-sol";
    const thread = await codex.call("thread/start", {
      cwd: options.cwd,
      approvalPolicy: "never",
      sandbox: "danger-full-access",
      model,
    });
    const threadId = idIn(thread, "thread");
    const turnId = idIn(await codex.call("turn/start", { threadId, input: words("Fix the sum and greet.") }), "turn");
    await during?.({ codex, threadId, turnId });
    end = await codex.wait((message) => message["method"] === "turn/completed");
    lines.push(...codex.lines());
  }
  await record(scenario, { lines, options });
  return {
    end: asRecord(asRecord(end["params"])["turn"]),
    messages: lines.map((line) => asRecord(JSON.parse(line))),
    options,
  };
}

function words(text: string): object[] {
  return [{ type: "text", text, text_elements: [] }];
}

async function record(scenario: string, session: { lines: readonly string[]; options: CodexOptions }): Promise<void> {
  if (process.env["ORCH_RECORD"] !== "1") {
    return;
  }
  const text = session.lines
    .join("\n")
    .replaceAll(session.options.cwd, "/repo")
    .replaceAll(session.options.home, "/home/agent")
    .replaceAll(new URL(models.url).host, "127.0.0.1:4010")
    .replaceAll(/"installationId":"[^"]*"/g, '"installationId":"00000000-0000-4000-8000-000000000000"')
    .replaceAll(/"serverName":"[^"]*"/g, '"serverName":"host"');
  await mkdir(FIXTURES, { recursive: true });
  await writeFile(join(FIXTURES, `app-server-${scenario}.stdout.jsonl`), `${text}\n`);
}

/** The kinds of the items that were completed. */
function itemsOf(messages: readonly CodexMessage[]): readonly unknown[] {
  return messages
    .filter((message) => message["method"] === "item/completed")
    .map((message) => asRecord(asRecord(message["params"])["item"])["type"]);
}

async function expectWorkDone({ cwd }: CodexOptions): Promise<void> {
  expect(await readFile(join(cwd, "README.md"), "utf8")).toBe("# sample\n\nhello wörld 🎉\n");
  expect(await readFile(join(cwd, "src/sum.js"), "utf8")).toContain("return a + b;");
  expect((await run("git", ["log", "--format=%s"], { cwd })).stdout).toBe("agent change\ninitial\n");
}

describe("codex exec", () => {
  it("reads, edits, runs and reports", async () => {
    const options = await prepare("exec");
    const args = [
      "exec",
      "--json",
      "--dangerously-bypass-approvals-and-sandbox",
      ...codexSwitches(options.scenarioUrl),
      "-m",
      "gpt-6.1-sol",
      "Fix it.",
    ];
    const running = run(PROGRAM, args, { cwd: options.cwd, env: await codexEnvironment(options) });
    running.child.stdin?.end();
    const events = (await running).stdout
      .trim()
      .split("\n")
      .map((line) => asRecord(JSON.parse(line)));
    expect(events.at(0)?.["type"]).toBe("thread.started");
    expect(events.at(-1)?.["type"]).toBe("turn.completed");
    expect(JSON.stringify(events.at(-2))).toContain("Fixed the sum");
    await expectWorkDone(options);
  });
});

describe("codex app-server", () => {
  it.each(["turn", "turn-direct-tools"])("%s", async (scenario) => {
    const { end, messages, options } = await session(scenario);
    expect(end["status"]).toBe("completed");
    expect(itemsOf(messages)).toEqual([
      "userMessage",
      "reasoning",
      "agentMessage",
      "commandExecution",
      "fileChange",
      "fileChange",
      "commandExecution",
      "agentMessage",
    ]);
    await expectWorkDone(options);
  });

  it("takes a steer and asks again", async () => {
    const { end } = await session("steer", async ({ codex, threadId, turnId }) => {
      await models.waitForRequest("steer", (request) => request.turn === 1);
      await codex.call("turn/steer", {
        threadId,
        expectedTurnId: turnId,
        input: words("STEER: greet in Polish, cześć 🎉"),
      });
      models.release("steer");
    });
    expect(end["status"]).toBe("completed");
    expect(JSON.stringify(end)).toContain("You asked: STEER: greet in Polish, cześć 🎉");
  });

  it("is interrupted", async () => {
    const { end } = await session("interrupt", async ({ codex, threadId, turnId }) => {
      await codex.wait((message) => message["method"] === "item/agentMessage/delta");
      await codex.call("turn/interrupt", { threadId, turnId });
    });
    expect(end["status"]).toBe("interrupted");
    expect(models.requests("interrupt")[0]?.outcome).toBe("client-gone");
  });

  it("goes on in a second turn and refuses a late steer", async () => {
    await session("second-turn", async ({ codex, threadId, turnId }) => {
      await codex.wait((message) => message["method"] === "turn/completed");
      const second = idIn(await codex.call("turn/start", { threadId, input: words("And again.") }), "turn");
      await codex.wait((message) => message["method"] === "turn/completed" && JSON.stringify(message).includes(second));
      const late = await codex.call("turn/steer", { threadId, expectedTurnId: turnId, input: words("late") });
      expect(late["error"]).toMatchObject({ message: "no active turn to steer" });
    });
    expect(models.requests("second-turn").map((request) => request.turn)).toEqual([0, 1]);
  });

  it.each(["command-fails", "error-429-once", "hangup-mid-once"])("%s ends well", async (scenario) => {
    expect((await session(scenario)).end["status"]).toBe("completed");
  });

  it.each(Object.entries(FAILURES))("%s", async (scenario, { info, requests }) => {
    const { end } = await session(scenario);
    expect(end).toMatchObject({ status: "failed", error: { codexErrorInfo: info } });
    expect(models.requests(scenario)).toHaveLength(requests);
  });
});
