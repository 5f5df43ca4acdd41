import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";

import { gitEnvironment } from "./env.ts";
import { pause } from "./timing.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const source = "--conditions=@orch/source";

/** Arguments of node for the programs of orch, built and from source. */
export const programs = {
  nothing: ["-e", "0"],
  cli: [join(root, "apps/cli/dist/main.mjs")],
  cliFromSource: [source, join(root, "apps/cli/src/main.ts")],
  daemon: [join(root, "apps/daemon/dist/main.mjs")],
  supervisor: [join(root, "apps/daemon/dist/supervisor-main.mjs")],
} as const;

/** Where and with what a program runs. */
export interface Place {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs node to its end. Throws with its words when it fails. */
export function runNode(args: readonly string[], place: Place): void {
  const { status, stderr } = spawnSync(process.execPath, args, { ...place, encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} failed: ${stderr}`);
}

/** Runs git to its end. Throws with its words when it fails. */
export function git(cwd: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync("git", args, { cwd, env: gitEnvironment(), encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args.join(" ")} failed: ${stderr}`);
}

/** Starts node and leaves it running; disposing ends it in order and waits for that. */
export function startNode(args: readonly string[], place: Place): AsyncDisposable & { readonly pid: number } {
  const child = spawn(process.execPath, args, { ...place, stdio: "ignore" });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Asks every 20 ms until the answer is something, and gives it. Throws after two minutes, naming `what`. */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined | false> | Answer | undefined | false,
): Promise<Answer> {
  const end = performance.now() + 120_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`waited two minutes in vain for ${what}`);
    await pause(20);
  }
}
