import type { AgentSettings } from "@orch/core";
import type { ModelPlace } from "@orch/testing";

import { claudeProgram, claudeSettings } from "./claude-settings.ts";

/** The real OpenCode; undefined where the tests did not bring it: it is not pinned for every system. */
export const opencodeProgram: string | undefined = process.env["ORCH_TEST_OPENCODE"];

/** How each driver starts its real program on a scripted model, seldom tries again, and reaches for nothing else. */
export const realSettings = {
  claude: (model) => claudeSettings("claude", model),
  kimi: (model) => claudeSettings("kimi", model),
  minimax: (model) => claudeSettings("minimax", model),
  codex: ({ url, key }) => ({
    driver: "codex",
    command: [process.env["ORCH_TEST_CODEX"] ?? "codex"],
    args: [],
    env: { SCRIPTED_API_KEY: key },
    model: "gpt-6.1-sol",
    options: {
      provider: {
        base_url: `${url}/v1`,
        env_key: "SCRIPTED_API_KEY",
        request_max_retries: 1,
        stream_max_retries: 1,
      },
    },
  }),
  opencode: ({ url, key }) => ({
    driver: "opencode",
    command: [opencodeProgram ?? "opencode"],
    args: [],
    // Its last compiler costs a short run more than it saves: a third of all the time that a start takes.
    env: { SCRIPTED_API_KEY: key, BUN_JSC_useFTLJIT: "0" },
    model: "fake-model",
    options: { max_retries: 1, provider: { base_url: `${url}/v1`, env_key: "SCRIPTED_API_KEY" } },
  }),
  // Claude Code behind its adapter.
  acp: ({ url, key }) => ({
    driver: "acp",
    command: [process.env["ORCH_TEST_ACP"] ?? "claude-agent-acp"],
    args: [],
    env: {
      CLAUDE_CODE_EXECUTABLE: claudeProgram ?? "claude",
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_MODEL: "claude-opus-5-5",
      CLAUDE_CODE_OAUTH_TOKEN: key,
      CLAUDE_CODE_MAX_RETRIES: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    },
    options: {},
  }),
  // Kimi Code by ACP, on an endpoint that its variables name.
  kimiCode: ({ url, key }) => ({
    driver: "acp",
    command: [process.env["ORCH_TEST_KIMI"] ?? "kimi", "acp"],
    args: [],
    env: {
      KIMI_MODEL_NAME: "kimi-model",
      KIMI_MODEL_API_KEY: key,
      KIMI_MODEL_BASE_URL: `${url}/v1`,
      KIMI_MODEL_MAX_CONTEXT_SIZE: "4000000",
      KIMI_LOOP_MAX_ATTEMPTS_PER_STEP: "2",
      KIMI_CODE_NO_AUTO_UPDATE: "1",
      KIMI_DISABLE_TELEMETRY: "1",
    },
    options: {},
  }),
} satisfies Readonly<Record<string, (model: ModelPlace) => AgentSettings>>;
