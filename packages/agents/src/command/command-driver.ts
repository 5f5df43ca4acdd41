import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import {
  noCapabilities,
  orchError,
  type AgentConclusion,
  type AgentDriver,
  type AgentFailure,
  type AgentLaunch,
  type LaunchInput,
} from "@orch/core";
import { parseReport } from "@orch/parser";
import { agentFailure, classifyText, endsInQuestion, resetTimeOf } from "@orch/parser/text";

import { tailOf } from "../bounded-text.ts";
import { closingWords, exitFailure, reportIn, usageOf, type FinishedRun } from "../conclude.ts";
import { discoverProgram } from "../discover-program.ts";
import { agentFiles, requireProgram } from "../find-program.ts";
import { checkOptions } from "../parse-options.ts";
import type { AgentSurroundings } from "../surroundings.ts";

const PLACEHOLDER = /\{(?:prompt|system|report|model)\}/g;

/**
 * Any program that does the work of a prompt. It reads the prompt on standard input, or from the file that an argument
 * `{prompt}` stands for, and may leave its report in the file of `{report}` (also `ORCH_REPORT_FILE`). The prompt
 * holds the system prompt too, unless an argument asks for it alone with `{system}`. Its exit code tells how it ended.
 */
export function createCommandDriver(surroundings: AgentSurroundings): AgentDriver {
  return {
    name: "command",
    capabilities: { ...noCapabilities, reportFile: true },
    credentialFiles: [],
    discover: (settings, signal) =>
      discoverProgram({
        settings,
        surroundings,
        signal,
        // With arguments of its own the program is a script or a wrapper, and `--version` would not be understood.
        versionArgv: (path) => (settings.command.length > 1 ? undefined : [path]),
      }),
    launch: (input) => launch(input, surroundings),
    conclude,
  };
}

async function launch(input: LaunchInput, surroundings: AgentSurroundings): Promise<AgentLaunch> {
  const { settings, folder } = input;
  checkOptions("command options", settings.options, {});
  const [name, ...rest] = settings.command;
  if (name === undefined) {
    throw orchError("config_invalid", "the command driver needs a command", {
      hint: "Set agents.<name>.command to a program and its arguments.",
    });
  }
  const program = await requireProgram(name, surroundings);
  const written = [...rest, ...settings.args];
  const used = new Set(written.flatMap((argument) => argument.match(PLACEHOLDER) ?? []));
  const promptFile = used.has("{system}") ? input.messageFile : await wholePrompt(input);
  const reportFile = join(folder, "report.json");
  // What an interrupted launch of the same attempt left behind is not this run's report.
  await rm(reportFile, { force: true });
  const values: Readonly<Record<string, string>> = {
    "{prompt}": promptFile,
    "{system}": input.systemPromptFile,
    "{report}": reportFile,
    "{model}": modelOf(input, used),
  };
  return {
    argv: [program, ...written.map((text) => text.replaceAll(PLACEHOLDER, (match) => values[match] ?? match))],
    env: {
      ...input.env,
      ORCH_PROMPT_FILE: promptFile,
      ORCH_SYSTEM_FILE: input.systemPromptFile,
      ORCH_REPORT_FILE: reportFile,
    },
    ...(used.has("{prompt}") ? {} : { stdinFile: promptFile }),
    protocolOptions: { closeInput: used.has("{prompt}") },
    writable: [],
    readable: await agentFiles(program, settings, surroundings),
    reportFile,
  };
}

async function wholePrompt(input: LaunchInput): Promise<string> {
  const file = join(input.folder, "prompt.md");
  const system = await readFile(input.systemPromptFile, "utf8");
  const message = await readFile(input.messageFile, "utf8");
  await writeFile(file, `${system.trimEnd()}\n\n${message}`, { mode: 0o600 });
  return file;
}

function modelOf(input: LaunchInput, used: ReadonlySet<string>): string {
  const model = input.model ?? input.settings.model;
  if (model !== undefined || !used.has("{model}")) return model ?? "";
  throw orchError("config_invalid", "the command has a {model}, but no model is set", {
    hint: "Set agents.<name>.model.",
  });
}

function conclude(run: FinishedRun): AgentConclusion {
  const words = closingWords(run.events);
  const reported = run.reportText === undefined ? reportIn(words) : reportInFile(run.reportText);
  const failure = failureOf(run, words, reported.report !== undefined);
  return { ...reported, ...(failure === undefined ? {} : { failure }), usage: usageOf(run.events) };
}

/** A report file is a promise: one that is empty or holds something else is worse than none. */
function reportInFile(text: string): Pick<AgentConclusion, "report" | "reportProblem"> {
  if (parseReport(text).kind !== "absent") return reportIn(text);
  return { reportProblem: text.trim() === "" ? "the report file is empty" : "the report file holds no report" };
}

function failureOf(run: FinishedRun, words: string, reported: boolean): AgentFailure | undefined {
  const failure = exitFailure(run.exit);
  const waits = !reported && endsInQuestion(words);
  if (waits && (failure === undefined || run.exit.cause !== "stopped")) {
    return agentFailure("waiting_for_input", tailOf(words.trim(), 300));
  }
  if (failure?.class !== "failed" || run.exit.cause !== "exited") return failure;
  if (run.exit.code === 127) return agentFailure("missing_tool", `${failure.message}: ${tailOf(words, 500)}`);
  const kind = classifyText(words.slice(-4000)) ?? "failed";
  const message = words === "" ? failure.message : `${failure.message}: ${tailOf(words, 1000)}`;
  const isLimit = kind === "usage_limit" || kind === "rate_limit";
  return agentFailure(kind, message, isLimit ? resetTimeOf(words.slice(-4000), run.exit.endedAt) : undefined);
}
