import type { AgentSettings } from "@orch/core";
import { fieldAt, numberAt, textAt } from "@orch/parser/text";

import { checkOptions, invalid, type OptionKind } from "../parse-options.ts";

/** An endpoint of one's own, instead of the providers that opencode knows. */
export interface OpencodeProvider {
  readonly baseUrl: string;
  /** The environment variable that holds the key; absent: none is sent. */
  readonly envKey?: string;
  /** The client library, which has to be one of those inside opencode. */
  readonly npm: string;
  /** Tokens. */
  readonly context: number;
  readonly output: number;
  /** US dollars per million tokens. */
  readonly inputCost?: number;
  readonly outputCost?: number;
}

/** The options of the opencode driver. */
export interface OpencodeOptions {
  readonly provider?: OpencodeProvider;
  /** The variant of the model, as opencode names it. */
  readonly effort?: string;
  /** After so many tries of the same request the run fails; absent: opencode's own five. */
  readonly maxRetries?: number;
}

/** A model in opencode's two parts. */
export interface OpencodeModel {
  readonly providerID: string;
  readonly modelID: string;
}

/** The name of the provider that `options.provider` describes. */
export const OWN_PROVIDER = "orch";

const KEYS: Readonly<Record<string, OptionKind>> = { provider: "object", effort: "text", max_retries: "number" };
const PROVIDER_KEYS: Readonly<Record<string, OptionKind>> = {
  base_url: "text",
  env_key: "text",
  npm: "text",
  context: "number",
  output: "number",
  input_cost: "number",
  output_cost: "number",
};
const CONTEXT = 128_000;
const OUTPUT = 16_000;

/** Reads `settings.options`. @throws `config_invalid` */
export function opencodeOptions(settings: AgentSettings): OpencodeOptions {
  const options = checkOptions("opencode options", settings.options, KEYS);
  const effort = textAt(options, "effort");
  const maxRetries = numberAt(options, "max_retries");
  const provider = providerIn(fieldAt(options, "provider"));
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(effort === undefined ? {} : { effort }),
    ...(maxRetries === undefined ? {} : { maxRetries }),
  };
}

/** The model to ask for: `provider/model`, or a bare name where a provider of one's own is set. @throws `config_invalid` */
export function opencodeModel(name: string | undefined, own: OpencodeProvider | undefined): OpencodeModel | undefined {
  if (own !== undefined) {
    if (name === undefined) throw invalid("opencode options.provider needs a model", KEYS);
    const prefix = `${OWN_PROVIDER}/`;
    return { providerID: OWN_PROVIDER, modelID: name.startsWith(prefix) ? name.slice(prefix.length) : name };
  }
  if (name === undefined) return undefined;
  const slash = name.indexOf("/");
  if (slash > 0 && slash < name.length - 1) {
    return { providerID: name.slice(0, slash), modelID: name.slice(slash + 1) };
  }
  throw invalid(`the opencode model ${JSON.stringify(name)} must be written provider/model`, KEYS);
}

function providerIn(value: unknown): OpencodeProvider | undefined {
  if (value === undefined) return undefined;
  const raw = checkOptions("opencode options.provider", value, PROVIDER_KEYS);
  const baseUrl = textAt(raw, "base_url");
  if (baseUrl === undefined) throw invalid("opencode options.provider needs a base_url", PROVIDER_KEYS);
  const envKey = textAt(raw, "env_key");
  const inputCost = numberAt(raw, "input_cost");
  const outputCost = numberAt(raw, "output_cost");
  return {
    baseUrl,
    npm: textAt(raw, "npm") ?? "@ai-sdk/openai-compatible",
    context: numberAt(raw, "context") ?? CONTEXT,
    output: numberAt(raw, "output") ?? OUTPUT,
    ...(envKey === undefined ? {} : { envKey }),
    ...(inputCost === undefined ? {} : { inputCost }),
    ...(outputCost === undefined ? {} : { outputCost }),
  };
}
