import type { AgentSettings } from "@orch/core";

/** A model service that Claude Code can be pointed at (AGENTS 3.1). */
export interface FrontEnd {
  /** The driver's name. */
  readonly name: string;
  /** How people call it. */
  readonly title: string;
  /** Its address for Claude Code; absent: Claude Code's own. */
  readonly baseUrl?: string;
  /** Variables of `agents.<name>.env` that may hold the key, the first that is there counts. */
  readonly keys: readonly string[];
  /** What to do when nobody is logged in. */
  readonly loginHint: string;
}

/** Claude Code itself. */
export const claudeFrontEnd: FrontEnd = {
  name: "claude",
  title: "Claude Code",
  keys: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
  loginHint: "Run claude and log in, or set ANTHROPIC_API_KEY in agents.claude.env.",
};

/** Services behind Claude Code's command line, by driver name. */
export const otherFrontEnds: readonly FrontEnd[] = [
  {
    name: "kimi",
    title: "Kimi",
    baseUrl: "https://api.moonshot.ai/anthropic",
    keys: ["ANTHROPIC_AUTH_TOKEN", "KIMI_API_KEY", "MOONSHOT_API_KEY"],
    loginHint: "Set KIMI_API_KEY in agents.kimi.env, or name a wrapper with a login of its own as agents.kimi.command.",
  },
  {
    name: "minimax",
    title: "MiniMax",
    baseUrl: "https://api.minimax.io/anthropic",
    keys: ["ANTHROPIC_AUTH_TOKEN", "MINIMAX_API_KEY"],
    loginHint:
      "Set MINIMAX_API_KEY in agents.minimax.env, or name a wrapper with a login of its own as agents.minimax.command.",
  },
];

/** The key that the settings hold for a service; undefined: none. */
export function keyIn(settings: AgentSettings, frontEnd: FrontEnd): string | undefined {
  return frontEnd.keys.map((name) => settings.env[name]).find((value) => value !== undefined && value !== "");
}

/**
 * The variables that point Claude Code at a service. With a key of ours the address, the key as a bearer token and every
 * model alias are set, and Claude Code's own key is emptied, for it would be sent as well. Without one the program is
 * taken for a wrapper that knows all that itself.
 */
export function frontEndEnvironment(
  settings: AgentSettings,
  { frontEnd, model }: { readonly frontEnd: FrontEnd; readonly model: string | undefined },
): Readonly<Record<string, string>> {
  const { baseUrl } = frontEnd;
  const key = keyIn(settings, frontEnd);
  if (baseUrl === undefined || key === undefined) return {};
  return {
    ANTHROPIC_BASE_URL: settings.env["ANTHROPIC_BASE_URL"] ?? baseUrl,
    ANTHROPIC_AUTH_TOKEN: key,
    ANTHROPIC_API_KEY: "",
    ...(model === undefined ? {} : aliases(model)),
  };
}

function aliases(model: string): Readonly<Record<string, string>> {
  return {
    ANTHROPIC_MODEL: model,
    ANTHROPIC_DEFAULT_OPUS_MODEL: model,
    ANTHROPIC_DEFAULT_SONNET_MODEL: model,
    ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
  };
}
