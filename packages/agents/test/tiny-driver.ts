import { readFile } from "node:fs/promises";

import { noCapabilities, type AgentDriver, type AgentProtocol, type ProtocolHost } from "@orch/core";
import { agentFailure, classifyText, parseJsonObject, textAt } from "@orch/parser";

import { boundedText } from "../src/bounded-text.ts";
import { concludeTurns } from "../src/conclude.ts";
import { findProgram, programFiles, requireProgram } from "../src/find-program.ts";
import { checkOptions } from "../src/parse-options.ts";
import type { AgentSurroundings } from "../src/surroundings.ts";

/** An agent that speaks one JSON object a line, both ways. */
export function createTinyDriver(surroundings: AgentSurroundings): AgentDriver {
  return {
    name: "tiny",
    capabilities: { ...noCapabilities, steer: true },
    credentialFiles: [],
    async discover({ command: [name = "tiny"] }) {
      const path = await findProgram(name, surroundings);
      if (path === undefined) return { installed: false, login: "unknown", hint: "Install tiny." };
      return { installed: true, path, login: "unknown" };
    },
    async launch({ settings, systemPromptFile, messageFile, env }) {
      checkOptions("tiny options", settings.options, {});
      const [name = "tiny", ...rest] = settings.command;
      const program = await requireProgram(name, surroundings);
      const task = `${await readFile(systemPromptFile, "utf8")}\n${await readFile(messageFile, "utf8")}`;
      const readable = [await programFiles(program, surroundings)];
      return { argv: [program, ...rest, ...settings.args], env, protocolOptions: { task }, writable: [], readable };
    },
    conclude: concludeTurns,
  };
}

/** What the supervisor speaks with it. */
export const tinyProtocol: AgentProtocol = { name: "tiny", converse };

function converse(host: ProtocolHost): ReturnType<AgentProtocol["converse"]> {
  const tell = (message: object): void => host.writeLine(JSON.stringify(message));
  let ended = false;
  function line(text: string): void {
    const message = parseJsonObject(text);
    const [said, heard, end] = ["say", "heard", "end"].map((key) => textAt(message, key));
    if (said !== undefined) host.emit({ type: "text", text: boundedText(said) });
    if (heard !== undefined) host.emit({ type: "message:delivered", messageId: heard });
    if (end === undefined || ended) return;
    ended = true;
    if (end !== "") host.emit({ type: "error", failure: agentFailure(classifyText(end) ?? "failed", end) });
    host.emit({ type: "turn:finished", turn: 1, status: end === "" ? "completed" : "failed" });
    host.closeInput();
  }
  return {
    line,
    open() {
      host.emit({ type: "turn:started", turn: 1 });
      tell({ task: textAt(host.options, "task") ?? "" });
    },
    steer({ id, text }) {
      if (ended) return { accepted: false, why: "the agent has finished" };
      tell({ id, text });
      return { accepted: true, why: "joins the running turn" };
    },
    interrupt: () => false,
  };
}
