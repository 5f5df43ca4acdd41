import type { RecordedAttempt, Recording, RecordingStep } from "./recording.ts";

/** A recording, or the sentence that says what is wrong with the text. */
export type ParsedRecording =
  | { readonly ok: true; readonly recording: Recording }
  | { readonly ok: false; readonly problem: string };

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a recording: JSON with `attempts` (or `steps` of the only one), or JSON lines with a step each, where a line
 * with `attempt` or `when` alone begins the next attempt.
 */
export function parseRecording(text: string): ParsedRecording {
  const whole = parse(text);
  const raw = whole !== undefined && ("attempts" in whole || "steps" in whole) ? whole : linesOf(text);
  if (raw === undefined) return { ok: false, problem: "is neither JSON nor JSON lines" };
  const listed = "attempts" in raw ? raw["attempts"] : [raw];
  if (!Array.isArray(listed) || listed.length === 0) return { ok: false, problem: "has no attempts" };
  const attempts: RecordedAttempt[] = [];
  for (const [index, item] of listed.entries()) {
    const attempt = attemptOf(item);
    if (typeof attempt === "string") return { ok: false, problem: `attempt ${index + 1}: ${attempt}` };
    attempts.push(attempt);
  }
  return { ok: true, recording: { attempts } };
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function linesOf(text: string): Fields | undefined {
  const attempts: { attempt?: unknown; when?: unknown; steps: Fields[] }[] = [{ steps: [] }];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const value = parse(line);
    if (value === undefined) return undefined;
    if ("attempt" in value || "when" in value) attempts.push({ ...value, steps: [] });
    else attempts.at(-1)?.steps.push(value);
  }
  return { attempts: attempts.filter(({ steps }, index) => index > 0 || steps.length > 0) };
}

function attemptOf(value: unknown): RecordedAttempt | string {
  if (!isFields(value) || !Array.isArray(value["steps"])) return "has no steps";
  const { attempt, when } = value;
  if (attempt !== undefined && typeof attempt !== "number") return "attempt must be a number";
  if (when !== undefined && typeof when !== "string") return "when must be a text";
  const steps: RecordingStep[] = [];
  for (const [index, item] of value["steps"].entries()) {
    if (!isStep(item)) return `step ${index + 1} is not known: ${JSON.stringify(item)?.slice(0, 100)}`;
    steps.push(item);
  }
  return { ...(attempt === undefined ? {} : { attempt }), ...(when === undefined ? {} : { when }), steps };
}

const CHECKS: Readonly<Record<string, (step: Fields) => boolean>> = {
  say: (step) => typeof step["say"] === "string",
  think: (step) => typeof step["think"] === "string",
  write: (step) => typeof step["write"] === "string" && typeof step["content"] === "string",
  edit: (step) => ["edit", "find", "replace"].every((key) => typeof step[key] === "string"),
  delete: (step) => typeof step["delete"] === "string",
  run: ({ run }) => Array.isArray(run) && run.length > 0 && run.every((part) => typeof part === "string"),
  wait: (step) => typeof step["wait"] === "number" && step["wait"] >= 0,
  usage: ({ usage }) =>
    isFields(usage) && typeof usage["inputTokens"] === "number" && typeof usage["outputTokens"] === "number",
  fail: ({ fail }) => isFields(fail) && typeof fail["class"] === "string" && typeof fail["message"] === "string",
  hear: (step) => step["hear"] === true,
  report: (step) => isFields(step["report"]),
  exit: (step) => typeof step["exit"] === "number",
};

function isStep(value: unknown): value is RecordingStep {
  if (!isFields(value)) return false;
  const kind = Object.keys(CHECKS).find((key) => Object.hasOwn(value, key));
  return kind !== undefined && CHECKS[kind]?.(value) === true;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
