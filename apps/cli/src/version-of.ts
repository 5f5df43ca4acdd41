import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const TIMEOUT_MS = 5000;

/** The first line that a program says about its version; undefined: it is not there, or does not answer in 5 s. */
export async function versionOf(program: string, args: readonly string[] = ["--version"]): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, args, { timeout: TIMEOUT_MS });
    return stdout.trim().split("\n")[0] ?? "";
  } catch {
    return undefined;
  }
}
