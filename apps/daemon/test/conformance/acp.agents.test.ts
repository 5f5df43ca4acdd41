/** A real agent that speaks ACP (OpenCode's) under the conformance suite. `ORCH_TEST_OPENCODE` names the program. */
import { describeAgentConformance, type ModelPlace } from "@orch/testing";
import { describe } from "vitest";

import { openAgentBench } from "../agent-bench.ts";

const program = process.env["ORCH_TEST_OPENCODE"];

function configuration({ url, key }: ModelPlace): string {
  return JSON.stringify({
    model: "scripted/scripted-1",
    small_model: "scripted/scripted-1",
    autoupdate: false,
    share: "disabled",
    provider: {
      scripted: {
        npm: "@ai-sdk/openai-compatible",
        name: "Scripted",
        options: { baseURL: `${url}/v1`, apiKey: key },
        models: { "scripted-1": { name: "Scripted", limit: { context: 2_000_000, output: 16_000 } } },
      },
    },
  });
}

// It is not pinned for every system.
describe.skipIf(program === undefined)("where it was brought", () => {
  describeAgentConformance({
    name: "acp",
    async open() {
      return {
        ...(await openAgentBench("acp")),
        settings: (model) => ({
          driver: "acp",
          command: [program ?? "opencode", "acp"],
          args: [],
          env: {
            OPENCODE_CONFIG_CONTENT: configuration(model),
            OPENCODE_DISABLE_MODELS_FETCH: "1",
            OPENCODE_DISABLE_AUTOUPDATE: "1",
            OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
            OPENCODE_DISABLE_AUTOCOMPACT: "1",
            npm_config_registry: "http://127.0.0.1:9/",
          },
          options: {},
        }),
      };
    },
    limits: [],
  });
});
