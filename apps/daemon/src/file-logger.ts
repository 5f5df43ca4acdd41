import { isOrchError, type Clock, type Logger, type LogFields, type Redactor } from "@orch/core";
import { printableJson, stripTerminal } from "@orch/security";

import { openRotatingFile } from "./rotating-file.ts";

/** A logger with an end. */
export interface FileLogger extends Logger, Disposable {}

/** What a log is made of. */
export interface FileLoggerOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** Also told of each line, as text for people. */
  readonly echo?: (line: string) => void;
}

type Level = "debug" | "info" | "warn" | "error";

/**
 * Writes `orch.log`: a JSON object per line, redacted, kept below 16 MiB with one earlier file beside it. A full disk
 * loses lines, never the daemon. Throws `home_unusable` when the folder can't be written.
 */
export function openFileLogger(options: FileLoggerOptions): FileLogger {
  const file = openRotatingFile(options.folder, "orch.log");

  function write(level: Level, fields: LogFields, message: string): void {
    const at = new Date(options.clock.now()).toISOString();
    const line = printableJson(options.redactor.redact(JSON.stringify({ at, level, message, ...fields }, plain)));
    const why = fields["error"] instanceof Error ? `: ${wholeMessage(fields["error"])}` : "";
    if (level !== "debug") {
      const [about, more] = wordsOf(fields);
      const words = options.redactor.redact(`${about}${message}${why}${more}`);
      options.echo?.(`${at} ${level.padEnd(5)} ${oneLine(words)}`);
    }
    if (!file.write(line)) options.echo?.("a log line could not be written");
  }

  function child(fixed: LogFields): Logger {
    return {
      debug: (fields, message) => write("debug", { ...fixed, ...fields }, message),
      info: (fields, message) => write("info", { ...fixed, ...fields }, message),
      warn: (fields, message) => write("warn", { ...fixed, ...fields }, message),
      error: (fields, message) => write("error", { ...fixed, ...fields }, message),
      child: (fields) => child({ ...fixed, ...fields }),
    };
  }

  return { ...child({}), [Symbol.dispose]: () => file[Symbol.dispose]() };
}

/** What a line is about, and its simple fields, as they stand before and after its message. */
function wordsOf({ task, ...rest }: LogFields): readonly [string, string] {
  const simple = Object.entries(rest).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value));
  const more = simple.map(([name, value]) => ` ${name}=${bare(String(value))}`).join("");
  return [typeof task === "string" ? `${bare(task)} ` : "", more];
}

/** What could be more than a word is quoted. */
function bare(value: string): string {
  return /^[\w./#:@+-]+$/.test(value) ? value : JSON.stringify(value);
}

/** A terminal shows these lines, and what a stranger wrote may be in them. */
function oneLine(text: string): string {
  return stripTerminal(text).replaceAll(/\s+/g, " ");
}

/** Errors have no enumerable fields of their own that would help. */
function plain(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const code = isOrchError(value) ? { code: value.code, details: value.details } : {};
  return { message: value.message, ...code, ...(value.cause === undefined ? {} : { cause: value.cause }) };
}

/** What went wrong, and what to do about it, where it is known. */
function wholeMessage(error: Error): string {
  return isOrchError(error) && error.hint !== undefined ? `${error.message}. ${error.hint}` : error.message;
}
