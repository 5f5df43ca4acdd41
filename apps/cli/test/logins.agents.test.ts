/** Logins as people have them: each real agent works with its own, and holds nothing of it. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { checkSandboxes } from "@orch/sessions";
import { startModelServer, tempFolder, type ModelServer, type Scenario } from "@orch/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { filesWith } from "./files-with.ts";
import { openOrchBench, processesShowing } from "./orch-bench.ts";
import { realAgent } from "./real-agents.ts";

const working = await checkSandboxes();

const writesMore = (gate: string): Scenario => ({
  turns: [
    [
      { do: "gate", name: gate },
      { do: "shell", command: "echo more >>README.md" },
    ],
    [{ do: "report", json: { status: "done", summary: "Wrote more" } }],
  ],
});

let models: ModelServer;
beforeAll(async () => {
  models = await startModelServer({ scenarios: {}, waitTimeoutMs: 120_000 });
});
afterAll(() => models[Symbol.asyncDispose]());

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
/** A token as OpenAI's accounts have them. */
const token = (word: string): string =>
  [
    part({ alg: "RS256", typ: "JWT" }),
    part({
      exp: 4_000_000_000,
      email: "person@example.com",
      "https://api.openai.com/auth": { chatgpt_plan_type: "pro", chatgpt_account_id: "acc-1", chatgpt_user_id: "u-1" },
    }),
    word,
  ].join(".");

const [access, id, refresh, key] = ["access", "id", "refresh", "key"].map((name) => `${name}-${randomUUID()}`);
const account = {
  auth_mode: "chatgpt",
  OPENAI_API_KEY: null,
  tokens: { id_token: token(id ?? ""), access_token: token(access ?? ""), refresh_token: refresh, account_id: "acc-1" },
  last_refresh: "2026-11-01T00:00:00Z",
};
const oauth = {
  claudeAiOauth: {
    accessToken: access,
    refreshToken: refresh,
    expiresAt: 4_000_000_000_000,
    scopes: ["user:inference", "user:profile"],
    subscriptionType: "max",
  },
};
const opencodeConfig = (url: string): object => ({ provider: { openai: { options: { baseURL: `${url}/v1` } } } });

const logins = [
  { agent: "claude", name: "an account", file: ".credentials.json", login: oauth, shown: access },
  { agent: "codex", name: "a key", file: "auth.json", login: { OPENAI_API_KEY: key }, shown: key },
  { agent: "codex", name: "an account", file: "auth.json", login: account, shown: account.tokens.access_token },
  { agent: "opencode", name: "a key", file: "auth.json", login: { openai: { type: "api", key } }, shown: key },
] as const;

describe.runIf(working.srt.works).each(logins)("$agent with $name", ({ agent: name, file, login, shown }) => {
  const agent = realAgent(name);
  test.skipIf(agent.program === undefined)("works, and holds nothing of its login", async () => {
    const bench = await openOrchBench({});
    onTestFinished(() => bench[Symbol.asyncDispose](), 60_000);
    const place = `${name}-${randomUUID()}`;
    models.addScenario(place, writesMore(place));
    const url = models.urlOf(place);
    const home = await tempFolder("login");
    await writeFile(join(home, file), JSON.stringify(login));
    const own = join(bench.root, "opencode.json");
    await writeFile(own, JSON.stringify(opencodeConfig(url)));
    const settings =
      name === "opencode"
        ? { model: "openai/gpt-5", env: { OPENCODE_CONFIG: own, MODEL_URL: url } }
        : agent.config(url);
    const agents = { [name]: { command: [agent.program], home, ...settings } };
    await writeFile(join(bench.home, "config.yml"), JSON.stringify({ agents, sandbox: { mode: "srt", read: [own] } }));

    const running = bench.start(["run", "Write more"]);
    await Promise.race([models.waitForRequest(place), running.end]);
    const secrets = [access, id, refresh, key].flatMap((word) => (word === undefined ? [] : [word]));
    const held = await Promise.all(
      secrets.map(async (word) => [...(await processesShowing(word)), ...(await filesWith(bench.root, word))]),
    );
    models.release(place);
    const { code, out } = await running.end;
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(out).toContain("sandbox srt, network filtered, keys kept outside");
    expect(held.flat()).toEqual([]);
    expect(new Set(models.requests(place).map((request) => request.key))).toEqual(new Set([shown]));
    for (const word of secrets) expect(await filesWith(bench.root, word)).toEqual([]);
  });
});
