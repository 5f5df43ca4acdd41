import type { ToolAction } from "../scenario.ts";
import { addFilePatch, updateFilePatch, widenToLines } from "./apply-patch.ts";
import { type Dialect, type DialectContext, type DraftBlock, missingTool } from "./dialect.ts";
import { shellQuote, writeCommand } from "./shell-words.ts";

/**
 * codex has two tools that matter, a shell and `apply_patch`. Newer models get
 * both only inside `exec`, which runs JavaScript. Paths stay relative, as real
 * models write them; codex resolves them against its working directory.
 */
type CodexCall =
  | { readonly tool: "shell"; readonly command: string }
  | { readonly tool: "patch"; readonly patch: string };

/** How long codex waits for a command before it hands the model a session id; its maximum. */
const YIELD_TIME_MS = 30_000;

/** Longer texts do not fit into one argument of a shell command. */
const LONGEST_SHELL_CONTENT = 60_000;

/** codex with models that get `exec` (gpt-5.6 and later): one script per run of actions. */
export const codexCodeMode: Dialect = {
  speaks: (tools) => tools.some((tool) => tool.kind === "custom" && tool.name === "exec"),
  calls(actions, context) {
    const statements = actions.map((action) => `text(${toJavaScript(toCodexCall(action, context))});`);
    return [{ type: "custom-call", name: "exec", input: statements.join("\n") }];
  },
};

/** codex with models that get the tools themselves (gpt-5.5 and older). */
export const codexDirect: Dialect = {
  speaks: (tools) => tools.some((tool) => SHELL_TOOLS.includes(tool.name)),
  calls: (actions, context) => actions.map((action) => directCall(action, context)),
};

const SHELL_TOOLS = ["exec_command", "shell", "shell_command"];

function toCodexCall(action: ToolAction, context: DialectContext): CodexCall {
  switch (action.do) {
    case "read":
      return { tool: "shell", command: `cat ${shellQuote(action.path)}` };
    case "shell":
      return { tool: "shell", command: action.command };
    case "edit": {
      const change = widenToLines(action, context.readText(action.path));
      return { tool: "patch", patch: updateFilePatch(action.path, change) };
    }
    case "write":
      return endsInNewline(action.content) || action.content.length > LONGEST_SHELL_CONTENT
        ? { tool: "patch", patch: addFilePatch(action.path, action.content) }
        : { tool: "shell", command: writeCommand(action.path, action.content) };
  }
}

/** A patch cannot write a last line without an end, so such texts go through the shell. */
function endsInNewline(content: string): boolean {
  return content.endsWith("\n");
}

function toJavaScript(call: CodexCall): string {
  return call.tool === "shell"
    ? `await tools.exec_command(${JSON.stringify({ cmd: call.command, yield_time_ms: YIELD_TIME_MS })})`
    : `await tools.apply_patch(${JSON.stringify(call.patch)})`;
}

function directCall(action: ToolAction, context: DialectContext): DraftBlock {
  const call = toCodexCall(action, context);
  if (call.tool === "patch") {
    return context.offers("apply_patch")
      ? { type: "custom-call", name: "apply_patch", input: call.patch }
      : missingTool(action);
  }
  return shellCall(call.command, context);
}

function shellCall(command: string, context: DialectContext): DraftBlock {
  if (context.offers("exec_command")) {
    return { type: "call", name: "exec_command", input: { cmd: command, yield_time_ms: YIELD_TIME_MS } };
  }
  return context.offers("shell_command")
    ? { type: "call", name: "shell_command", input: { command } }
    : { type: "call", name: "shell", input: { command: ["bash", "-lc", command] } };
}
