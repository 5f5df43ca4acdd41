import type { AgentSettings } from "@orch/core";
import { fieldAt, numberAt, textAt } from "@orch/parser/text";

import { checkOptions, invalid, type OptionKind } from "../parse-options.ts";

/** Any endpoint that speaks the Responses API, instead of the account's own. */
export interface CodexProvider {
  readonly name: string;
  readonly baseUrl: string;
  /** The environment variable that holds the key; absent: none is sent. */
  readonly envKey?: string;
  readonly wireApi: string;
  readonly requestMaxRetries?: number;
  readonly streamMaxRetries?: number;
  readonly streamIdleTimeoutMs?: number;
}

/** The options of the codex driver. */
export interface CodexOptions {
  readonly provider?: CodexProvider;
  /** Reasoning effort, as codex names it. */
  readonly effort?: string;
}

const KEYS: Readonly<Record<string, OptionKind>> = { provider: "object", effort: "text" };
const PROVIDER_KEYS: Readonly<Record<string, OptionKind>> = {
  name: "text",
  base_url: "text",
  env_key: "text",
  wire_api: "text",
  request_max_retries: "number",
  stream_max_retries: "number",
  stream_idle_timeout_ms: "number",
};

/** Reads `settings.options`. @throws `config_invalid` */
export function codexOptions(settings: AgentSettings): CodexOptions {
  const options = checkOptions("codex options", settings.options, KEYS);
  const effort = textAt(options, "effort");
  const provider = providerIn(fieldAt(options, "provider")) ?? keyProvider(settings);
  return { ...(provider === undefined ? {} : { provider }), ...(effort === undefined ? {} : { effort }) };
}

function providerIn(value: unknown): CodexProvider | undefined {
  if (value === undefined) return undefined;
  const raw = checkOptions("codex options.provider", value, PROVIDER_KEYS);
  const baseUrl = textAt(raw, "base_url");
  if (baseUrl === undefined) throw invalid("codex options.provider needs a base_url", PROVIDER_KEYS);
  const envKey = textAt(raw, "env_key");
  const requestMaxRetries = numberAt(raw, "request_max_retries");
  const streamMaxRetries = numberAt(raw, "stream_max_retries");
  const streamIdleTimeoutMs = numberAt(raw, "stream_idle_timeout_ms");
  return {
    name: textAt(raw, "name") ?? "custom",
    baseUrl,
    wireApi: textAt(raw, "wire_api") ?? "responses",
    ...(envKey === undefined ? {} : { envKey }),
    ...(requestMaxRetries === undefined ? {} : { requestMaxRetries }),
    ...(streamMaxRetries === undefined ? {} : { streamMaxRetries }),
    ...(streamIdleTimeoutMs === undefined ? {} : { streamIdleTimeoutMs }),
  };
}

// An API key alone is no login for codex: it has to be told to send it.
function keyProvider(settings: AgentSettings): CodexProvider | undefined {
  if (settings.env["OPENAI_API_KEY"] === undefined) return undefined;
  return {
    name: "OpenAI",
    baseUrl: settings.env["OPENAI_BASE_URL"] ?? "https://api.openai.com/v1",
    envKey: "OPENAI_API_KEY",
    wireApi: "responses",
  };
}
