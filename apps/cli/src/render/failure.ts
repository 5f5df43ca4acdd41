import { asOrchError, type ExitCode } from "@orch/core";
import { printableJson } from "@orch/security";

import type { Screen } from "../host.ts";
import { createStyle, oneLine } from "./style.ts";

/** Where a failure is shown, and how. */
export interface FailureTarget {
  readonly err: Screen;
  readonly json: boolean;
  readonly color: boolean;
}

/** Shows any thrown value on standard error, and gives the exit code that the error table says. */
export function reportFailure(thrown: unknown, { err, json, color }: FailureTarget): ExitCode {
  const error = asOrchError(thrown);
  const { code, message, hint } = error;
  if (json) {
    err.write(
      `${printableJson(JSON.stringify({ error: { code, message, ...(hint === undefined ? {} : { hint }) } }))}\n`,
    );
    return error.exitCode;
  }
  const style = createStyle(color);
  const lines = [`${style.red("error:")} ${oneLine(message)}`];
  if (hint !== undefined) lines.push(`${style.cyan("hint:")} ${oneLine(hint)}`);
  err.write(`${lines.join("\n")}\n`);
  return error.exitCode;
}
