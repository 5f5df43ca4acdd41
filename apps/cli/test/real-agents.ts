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
  /** Its part of the configuration, besides `command` and `home`. */
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
    env: { SCRIPTED_API_KEY: KEY },
    model: "fake-model",
    options: { provider: { base_url: `${url}/v1`, env_key: "SCRIPTED_API_KEY" } },
  }),
};

/** Every agent program that the tests bring. */
export const realAgents: readonly RealAgent[] = [
  codex,
  claude,
  behindClaude("kimi"),
  behindClaude("minimax"),
  opencode,
];

/** The agent of this name. */
export function realAgent(name: string): RealAgent {
  const found = realAgents.find((agent) => agent.name === name);
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
