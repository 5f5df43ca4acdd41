import { orchError, type OrchError } from "@orch/core";

/** Where in which file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing in a configuration that can't stay as it is. Never holds a value of the file. */
export interface Problem {
  /** Absent for what no single place is to blame for. */
  readonly place?: Place;
  /** The key with dots, such as `engine.max_parallel`; empty for the file as a whole. */
  readonly key: string;
  readonly message: string;
}

/** Something that a person should know and that stops nothing. */
export type Notice = Problem;

const SHOWN = 20;

/** One problem or notice as one line: `file:line:column key message`. */
export function problemLine(problem: Problem): string {
  const { place, key, message } = problem;
  const where = place === undefined ? "" : `${place.file}:${place.line}:${place.column}: `;
  return `${where}${key === "" ? "" : `${key} `}${message}`;
}

/** All problems as one `config_invalid` error, which lists them all in its details. */
export function invalidConfig(problems: readonly Problem[]): OrchError {
  const lines = problems.slice(0, SHOWN).map(problemLine);
  if (problems.length > SHOWN) lines.push(`and ${problems.length - SHOWN} more`);
  const message =
    lines.length === 1 ? lines.join() : `${problems.length} problems in the configuration:\n${lines.join("\n")}`;
  return orchError("config_invalid", message, {
    hint: "Every key is explained in docs/config.md; orch config shows what is in force.",
    details: { problems: problems.slice(0, 200) },
  });
}
