import { readFile } from "node:fs/promises";

import {
  noCapabilities,
  orchError,
  type AgentConclusion,
  type AgentDriver,
  type AgentLaunch,
  type LaunchInput,
} from "@orch/core";
import { resetTimeOf } from "@orch/parser/text";

import { concludeTurns, type FinishedRun } from "../conclude.ts";
import { discoverProgram } from "../discover-program.ts";
import { agentFiles, requireProgram } from "../find-program.ts";
import { checkOptions } from "../parse-options.ts";
import type { AgentSurroundings } from "../surroundings.ts";
import { bringAcpConversation, makeAcpHome } from "./acp-home.ts";

/**
 * Any agent that speaks the Agent Client Protocol on its standard streams, such as `opencode acp` or
 * `gemini --experimental-acp`. `{model}` in its arguments stands for the model. Usage, cost and error classes are as
 * good as the agent's own.
 */
export function createAcpDriver(surroundings: AgentSurroundings): AgentDriver {
  return {
    name: "acp",
    // Some of these agents tell their usage, but none has to.
    capabilities: { ...noCapabilities, steer: true, interrupt: true, resume: true, approvals: true },
    credentialFiles: [],
    discover: (settings, signal) => discoverProgram({ settings, surroundings, signal, versionArgv: (path) => [path] }),
    bringConversation: bringAcpConversation,
    launch: (input) => launch(input, surroundings),
    conclude,
  };
}

/** The end of a usage limit is in the agent's words, if anywhere. */
function conclude(run: FinishedRun): AgentConclusion {
  const concluded = concludeTurns(run);
  const { failure } = concluded;
  if (failure?.class !== "usage_limit" || failure.retryAt !== undefined) return concluded;
  const retryAt = resetTimeOf(failure.message, run.exit.endedAt);
  return retryAt === undefined ? concluded : { ...concluded, failure: { ...failure, retryAt } };
}

async function launch(input: LaunchInput, surroundings: AgentSurroundings): Promise<AgentLaunch> {
  const { settings, permissions, resume } = input;
  checkOptions("acp options", settings.options, {});
  const [name, ...rest] = settings.command;
  if (name === undefined) {
    throw orchError("config_invalid", "the acp driver needs a command", {
      hint: "Set agents.<name>.command to a program and the arguments that make it speak the protocol.",
    });
  }
  const program = await requireProgram(name, surroundings);
  const system = await readFile(input.systemPromptFile, "utf8");
  const message = await readFile(input.messageFile, "utf8");
  const home = await makeAcpHome(input.folder);
  return {
    argv: [program, ...withModel([...rest, ...settings.args], input.model ?? settings.model)],
    env: { ...input.env, HOME: home },
    protocolOptions: {
      cwd: input.cwd,
      // The protocol knows no system prompt.
      message: `${system.trimEnd()}\n\n${message}`,
      ...(input.trusted === true ? { trusted: true } : {}),
      ...(permissions === undefined ? {} : { permissions: { ...permissions } }),
      ...(resume === undefined ? {} : { session: resume }),
    },
    writable: [],
    readable: await agentFiles(program, settings, surroundings),
  };
}

function withModel(args: readonly string[], model: string | undefined): readonly string[] {
  const wants = args.some((argument) => argument.includes("{model}"));
  if (wants && model !== undefined) return args.map((argument) => argument.replaceAll("{model}", () => model));
  if (!wants && model === undefined) return args;
  throw orchError("config_invalid", wants ? "no model is set for {model}" : "nothing tells the agent its model", {
    hint: wants ? "Set agents.<name>.model." : "Put {model} into agents.<name>.args, or set no model.",
  });
}
