import { randomUUID } from "node:crypto";

/** What a copied login holds; it must not be left anywhere. */
export const LOGIN = `sk-test-${randomUUID()}`;
const KEY = `sk-test-${randomUUID()}`;

/** A real agent program, and how it is used with a scripted model. */
export interface RealAgent {
  /** Its name in the configuration, which is also its driver's. */
  readonly name: string;
  /** Absent: it is not there on this system. */
  readonly program: string | undefined;
  /** The key that the model service sees. */
  readonly key: string;
  /** The person's login, as a file in the agent's own folder; absent: the key stands in the configuration. */
  readonly login?: { readonly file: string; readonly text: string };
  /** What it tells nobody, by its protocol. */
  readonly untold?: readonly ("usage" | "exit codes")[];
  /** Its part of the configuration, besides `home` and, where it names none, `command`. */
  config(url: string): Readonly<Record<string, unknown>>;
}

const codex: RealAgent = {
  name: "codex",
  program: process.env["ORCH_TEST_CODEX"],
  key: LOGIN,
  login: { file: "auth.json", text: JSON.stringify({ OPENAI_API_KEY: LOGIN }) },
  // The provider comes by arguments, so that codex is used with its login.
  config: (url) => ({
    args: ["-c", "model_provider=scripted", "-c", `model_providers.scripted=${codexProvider(url)}`],
    model: "gpt-6.1-sol",
  }),
};

const claude: RealAgent = {
  name: "claude",
  program: process.env["ORCH_TEST_CLAUDE"],
  key: LOGIN,
  login: {
    file: ".credentials.json",
    text: JSON.stringify({
      claudeAiOauth: {
        accessToken: LOGIN,
        refreshToken: LOGIN,
        expiresAt: 4_102_444_800_000,
        scopes: ["user:inference"],
      },
    }),
  },
  config: (url) => ({ env: { ANTHROPIC_BASE_URL: url }, model: "opus" }),
};

const opencode: RealAgent = {
  name: "opencode",
  program: process.env["ORCH_TEST_OPENCODE"],
  key: KEY,
  config: (url) => ({
    // Its last compiler costs a short run more than it saves: a third of all the time that a start takes.
    env: { SCRIPTED_API_KEY: KEY, BUN_JSC_useFTLJIT: "0" },
    model: "fake-model",
    options: { provider: { base_url: `${url}/v1`, env_key: "SCRIPTED_API_KEY" } },
  }),
};

/** Claude Code behind its adapter, by the protocol that others speak too. */
const acp: RealAgent = {
  name: "acp",
  program: process.env["ORCH_TEST_ACP"],
  key: KEY,
  config: (url) => ({
    env: {
      CLAUDE_CODE_EXECUTABLE: claude.program ?? "",
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_MODEL: "claude-opus-5-5",
      CLAUDE_CODE_OAUTH_TOKEN: KEY,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    },
  }),
};

/** Kimi Code, by the same protocol. */
const kimiCode: RealAgent = {
  name: "kimi-code",
  program: process.env["ORCH_TEST_KIMI"],
  key: KEY,
  untold: ["usage", "exit codes"],
  config: (url) => ({
    driver: "acp",
    command: [process.env["ORCH_TEST_KIMI"] ?? "kimi", "acp"],
    env: {
      KIMI_MODEL_NAME: "kimi-model",
      KIMI_MODEL_API_KEY: KEY,
      KIMI_MODEL_BASE_URL: `${url}/v1`,
      KIMI_CODE_NO_AUTO_UPDATE: "1",
      KIMI_DISABLE_TELEMETRY: "1",
    },
  }),
};

/** Every agent program that the tests bring, as it is driven by itself. */
export const realAgents: readonly RealAgent[] = [
  codex,
  claude,
  behindClaude("kimi"),
  behindClaude("minimax"),
  opencode,
  kimiCode,
];

/** The agent of this name. */
export function realAgent(name: string): RealAgent {
  const found = [...realAgents, acp].find((agent) => agent.name === name);
  if (found === undefined) throw new Error(`there is no agent ${name}`);
  return found;
}

function behindClaude(name: string): RealAgent {
  const env = (url: string): object => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: KEY });
  return { name, program: claude.program, key: KEY, config: (url) => ({ env: env(url), model: `${name}-model` }) };
}

function codexProvider(url: string): string {
  return `{name="Scripted",base_url="${url}/v1",requires_openai_auth=true,wire_api="responses",request_max_retries=1,stream_max_retries=1}`;
}
