import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

const starters = ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"] as const;

/** Counts the processes that this one starts, from here on. */
export function countProcesses(): { readonly started: () => number } {
  let started = 0;
  for (const name of starters) {
    const original = childProcess[name] as (...args: unknown[]) => unknown;
    Object.assign(childProcess, {
      [name]: (...args: unknown[]) => {
        started += 1;
        return original(...args);
      },
    });
  }
  syncBuiltinESMExports();
  return { started: () => started };
}
