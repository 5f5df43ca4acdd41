import type { Json } from "@orch/core";

import { OWN_PROVIDER, type OpencodeModel, type OpencodeProvider } from "./opencode-options.ts";
import type { OpencodePermissions } from "./opencode-permissions.ts";

/** What one run is configured with. */
export interface OpencodeSetup {
  readonly model?: OpencodeModel;
  readonly provider?: OpencodeProvider;
  readonly permissions: OpencodePermissions;
}

/** The value of `OPENCODE_CONFIG_CONTENT`: it comes after every file, and is never written into the clone. */
export function opencodeConfig({ model, provider, permissions }: OpencodeSetup): Json {
  const name = model === undefined ? undefined : `${model.providerID}/${model.modelID}`;
  return {
    autoupdate: false,
    share: "disabled",
    permission: permissions,
    // Side requests go where the others go, never to a service that nobody chose.
    ...(name === undefined ? {} : { model: name, small_model: name }),
    ...(provider === undefined || model === undefined
      ? {}
      : {
          enabled_providers: [OWN_PROVIDER],
          provider: { [OWN_PROVIDER]: providerConfig(provider, model.modelID) },
        }),
  };
}

function providerConfig(provider: OpencodeProvider, model: string): Json {
  const { baseUrl, envKey, npm, context, output, inputCost, outputCost } = provider;
  const priced = inputCost !== undefined && outputCost !== undefined;
  return {
    npm,
    name: OWN_PROVIDER,
    // Opencode puts the variable's value in by itself.
    options: { baseURL: baseUrl, ...(envKey === undefined ? {} : { apiKey: `{env:${envKey}}` }) },
    models: {
      [model]: {
        name: model,
        limit: { context, output },
        ...(priced ? { cost: { input: inputCost, output: outputCost } } : {}),
      },
    },
  };
}

/** The environment that keeps opencode quiet: no catalogue, no updates, no downloads, no endless compaction. */
export const quietEnvironment: Readonly<Record<string, string>> = {
  OPENCODE_DISABLE_MODELS_FETCH: "1",
  OPENCODE_DISABLE_AUTOUPDATE: "1",
  OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
  OPENCODE_DISABLE_AUTOCOMPACT: "1",
  OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  OPENCODE_DISABLE_SHARE: "1",
  OPENCODE_DISABLE_EMBEDDED_WEB_UI: "1",
};

/** The environment that keeps the repository's own configuration out, as far as opencode has switches for it. */
export const untrustedEnvironment: Readonly<Record<string, string>> = {
  OPENCODE_DISABLE_PROJECT_CONFIG: "1",
  OPENCODE_DISABLE_CLAUDE_CODE: "1",
  OPENCODE_DISABLE_EXTERNAL_SKILLS: "1",
  OPENCODE_PURE: "1",
};
