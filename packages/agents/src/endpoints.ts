import type { AgentSettings } from "@orch/core";

/**
 * The hosts of each driver's service, for settings that name no address: the model, the login that is refreshed on the
 * way, and nothing of updates, telemetry or the forge.
 */
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  claude: ["api.anthropic.com", "platform.claude.com"],
  codex: ["api.openai.com", "chatgpt.com", "auth.openai.com"],
  kimi: ["api.moonshot.ai", "api.moonshot.cn", "api.kimi.com"],
  minimax: ["api.minimax.io", "api.minimaxi.com"],
};

/** The hosts of the providers that a driver without a service of its own is configured for, by the variable of their key. */
const PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  ANTHROPIC_API_KEY: ["api.anthropic.com"],
  OPENAI_API_KEY: ["api.openai.com"],
  OPENROUTER_API_KEY: ["openrouter.ai"],
  GEMINI_API_KEY: ["generativelanguage.googleapis.com"],
  MOONSHOT_API_KEY: ["api.moonshot.ai"],
  MINIMAX_API_KEY: ["api.minimax.io"],
  OPENCODE_API_KEY: ["opencode.ai"],
};

/** The hosts that an agent's service has, as far as its driver and the names of its variables tell. */
export function endpointsOf(driver: string, settings: AgentSettings): readonly string[] {
  const service = SERVICES[driver];
  if (service !== undefined) return service;
  return Object.keys(settings.env).flatMap((name) => PROVIDERS[name] ?? []);
}
