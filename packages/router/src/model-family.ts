import type { AgentSettings } from "@orch/core";

/** Makers of models by what their names, or those of their services, hold. The first that fits counts. */
const MAKERS: readonly (readonly [family: string, names: RegExp])[] = [
  ["anthropic", /anthropic|claude|\b(?:opus|sonnet|haiku)\b/],
  ["moonshot", /moonshot|kimi/],
  ["minimax", /minimax/],
  ["google", /google|gemini|gemma/],
  ["xai", /\bx[.-]?ai\b|grok/],
  ["deepseek", /deepseek/],
  ["alibaba", /qwen|alibaba|dashscope/],
  ["zhipu", /zhipu|z\.ai|bigmodel|\bglm\b/],
  ["mistral", /mistral|codestral|devstral/],
  ["meta", /llama/],
  ["openai", /openai|chatgpt|gpt|codex|\bo[1-9](?:-|$)/],
];
/** Drivers of one service: whatever a model is called there, it is theirs. */
const OWN_MODELS: Readonly<Record<string, string>> = { kimi: "moonshot", minimax: "minimax" };
const BASE_URLS = ["ANTHROPIC_BASE_URL", "OPENAI_BASE_URL"];

/**
 * Who made the model that an agent asks, as far as its settings tell: by its service, the model's name, the driver, the
 * program; an agent about which nothing is known is a family of its own, by its name.
 */
export function modelFamily(
  agent: string,
  { settings, model }: { readonly settings: AgentSettings; readonly model?: string },
): string {
  const own = Object.hasOwn(OWN_MODELS, settings.driver) ? OWN_MODELS[settings.driver] : undefined;
  const hosts = hostsOf(settings);
  const programs = settings.command.map((word) => word.slice(word.lastIndexOf("/") + 1));
  return (
    own ??
    firstMaker(hosts) ??
    // Of `router/maker/model` the last part that says something counts.
    firstMaker((model ?? settings.model ?? "").split("/").toReversed()) ??
    firstMaker([settings.driver]) ??
    hosts[0] ??
    firstMaker(programs) ??
    agent
  );
}

function hostsOf({ endpoints = [], env, options }: AgentSettings): readonly string[] {
  const urls = [...endpoints, ...BASE_URLS.map((name) => env[name]), baseUrlIn(options["provider"])];
  return urls.flatMap((url) => (url !== undefined && URL.canParse(url) ? [new URL(url).hostname] : []));
}

/** Codex can be pointed at another service by its options. */
function baseUrlIn(provider: unknown): string | undefined {
  if (typeof provider !== "object" || provider === null || !("base_url" in provider)) return undefined;
  return typeof provider.base_url === "string" ? provider.base_url : undefined;
}

function firstMaker(texts: readonly string[]): string | undefined {
  for (const text of texts) {
    const maker = MAKERS.find(([, names]) => names.test(text.toLowerCase()));
    if (maker !== undefined) return maker[0];
  }
  return undefined;
}
