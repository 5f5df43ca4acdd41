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
  KIMI_MODEL_API_KEY: ["api.moonshot.ai"],
  MINIMAX_API_KEY: ["api.minimax.io"],
  OPENCODE_API_KEY: ["opencode.ai"],
};

/** The same, by the provider in the name of an opencode model. */
const MODEL_PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  anthropic: ["api.anthropic.com"],
  openai: ["api.openai.com", "chatgpt.com", "auth.openai.com"],
  openrouter: ["openrouter.ai"],
  google: ["generativelanguage.googleapis.com"],
  moonshotai: ["api.moonshot.ai"],
  minimax: ["api.minimax.io"],
  opencode: ["opencode.ai"],
};

/** The hosts that an agent's service has, as far as its driver and the names of its variables tell. */
export function endpointsOf(driver: string, settings: AgentSettings): readonly string[] {
  const service = SERVICES[driver];
  if (service !== undefined) return service;
  const [provider = ""] = driver === "opencode" ? (settings.model ?? "opencode/").split("/", 1) : [];
  const named = Object.hasOwn(MODEL_PROVIDERS, provider) ? (MODEL_PROVIDERS[provider] ?? []) : [];
  return [...named, ...Object.keys(settings.env).flatMap((name) => PROVIDERS[name] ?? [])];
}
