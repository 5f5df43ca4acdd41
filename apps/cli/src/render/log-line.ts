import { oneLine, printable, type Style } from "./style.ts";

type Fields = Readonly<Record<string, unknown>>;

const LEVELS: Readonly<Record<string, "dim" | "blue" | "yellow" | "red">> = {
  debug: "dim",
  info: "blue",
  warn: "yellow",
  error: "red",
};

/**
 * A line of the log for people: when, how grave, which task, what. What is not a record of the daemon is shown as it is.
 * Nothing is left out: further fields follow as JSON.
 */
export function renderLogLine(line: string, style: Style): string {
  const record = parseRecord(line);
  if (record === undefined) return printable(line, style);
  const { at, level, message, task, attempt, error, ...rest } = record;
  const paint = style[LEVELS[level] ?? "dim"];
  const more = [
    ...(isFields(error) ? [`${oneLine(String(error["message"]))}${codeOf(error)}`] : []),
    ...Object.entries(rest).map(([name, value]) => oneLine(`${name}=${plain(value)}`)),
  ];
  return [
    style.dim(
      oneLine(at)
        .replace("T", " ")
        .replace(/\.\d+Z$/, ""),
    ),
    paint(oneLine(level).padEnd(5)),
    ...[taskOf(attempt) ?? taskOf(task)].flatMap((name) => (name === undefined ? [] : [style.bold(name)])),
    oneLine(message),
    ...more.map((text) => style.dim(text)),
  ].join("  ");
}

function parseRecord(line: string): (Fields & Record<"at" | "level" | "message", string>) | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isFields(value)) return undefined;
  const { at, level, message, ...rest } = value;
  if (typeof at !== "string" || typeof level !== "string" || typeof message !== "string") return undefined;
  return { ...rest, at, level, message };
}

/** `owner/repo#int-1`, with `/2` for its second attempt. */
function taskOf(value: unknown): string | undefined {
  if (typeof value === "string") return oneLine(value);
  if (!isFields(value) || typeof value["project"] !== "string" || typeof value["id"] !== "string") return undefined;
  const number = typeof value["attempt"] === "number" ? `/${value["attempt"]}` : "";
  return oneLine(`${value["project"]}#${value["id"]}${number}`);
}

function codeOf({ code }: Fields): string {
  return typeof code === "string" ? ` (${oneLine(code)})` : "";
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
