import type { ToolAction } from "../scenario.ts";
import { type Dialect, type DialectContext, type DraftBlock, missingTool } from "./dialect.ts";
import { shellQuote, writeCommand } from "./shell-words.ts";

/** The names an agent gives to four tools of the usual kind and to their fields. */
interface ToolNames {
  readonly read: string;
  readonly write: string;
  readonly edit: string;
  readonly shell: string;
  readonly path: string;
  readonly find: string;
  readonly replace: string;
}

/** Claude Code: `Read`, `Write`, `Edit`, `Bash`. Paths must be absolute. */
export const claudeTools: Dialect = namedTools({
  read: "Read",
  write: "Write",
  edit: "Edit",
  shell: "Bash",
  path: "file_path",
  find: "old_string",
  replace: "new_string",
});

/** Kimi Code: the names of Claude Code, with `path`. */
export const kimiTools: Dialect = namedTools({
  read: "Read",
  write: "Write",
  edit: "Edit",
  shell: "Bash",
  path: "path",
  find: "old_string",
  replace: "new_string",
});

/** OpenCode: `read`, `write`, `edit`, `bash`. */
export const opencodeTools: Dialect = namedTools({
  read: "read",
  write: "write",
  edit: "edit",
  shell: "bash",
  path: "filePath",
  find: "oldString",
  replace: "newString",
});

function namedTools(names: ToolNames): Dialect {
  const known = [names.read, names.write, names.edit, names.shell];
  const files = [names.read, names.write, names.edit];
  return {
    // Two agents have the same names: then the field of a path tells them apart, where fields are told.
    speaks: (tools) =>
      tools.some(({ name }) => known.includes(name)) &&
      !tools.some(({ name, fields = [] }) => files.includes(name) && fields.length > 0 && !fields.includes(names.path)),
    calls: (actions, context) => actions.map((action) => namedCall(action, { names, context })),
  };
}

/** Agents leave out tools that are denied; the shell stands in where it can, as a model would try. */
function namedCall(action: ToolAction, place: { names: ToolNames; context: DialectContext }): DraftBlock {
  const { names, context } = place;
  const name = names[action.do];
  if (context.offers(name)) {
    return { type: "call", name, input: inputOf(action, place) };
  }
  const command = shellStandIn(action);
  return command !== undefined && context.offers(names.shell)
    ? { type: "call", name: names.shell, input: shellInput(command) }
    : missingTool(action);
}

function inputOf(
  action: ToolAction,
  { names, context }: { names: ToolNames; context: DialectContext },
): Readonly<Record<string, unknown>> {
  switch (action.do) {
    case "read":
      return { [names.path]: context.absolute(action.path) };
    case "write":
      return { [names.path]: context.absolute(action.path), content: action.content };
    case "edit":
      return {
        [names.path]: context.absolute(action.path),
        [names.find]: action.find,
        [names.replace]: action.replace,
      };
    case "shell":
      return shellInput(action.command);
  }
}

function shellInput(command: string): Readonly<Record<string, unknown>> {
  return { command, description: "Runs a command of the script" };
}

function shellStandIn(action: ToolAction): string | undefined {
  switch (action.do) {
    case "read":
      return `cat ${shellQuote(action.path)}`;
    case "write":
      return writeCommand(action.path, action.content);
    default:
      return undefined;
  }
}
