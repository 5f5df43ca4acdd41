import { spawnSync } from "node:child_process";

/** Whether a program is on this machine and ends with 0, for tests that need more than git and Node. */
export function programWorks(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
