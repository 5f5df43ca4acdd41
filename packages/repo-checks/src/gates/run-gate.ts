import { spawn } from "node:child_process";
import { constants, setPriority } from "node:os";

import { gateEnvironment } from "./env.ts";
import type { Gate } from "./gates.ts";

/** What a gate's tool did. A tool that could not be started is a failed gate. */
export interface GateResult {
  readonly passed: boolean;
  readonly seconds: number;
  /** Everything the tool printed, both streams in order of arrival. */
  readonly output: string;
}

/** Runs one gate's tool at `root` and waits for it. */
export async function runGate(gate: Gate, root: string): Promise<GateResult> {
  const started = performance.now();
  const { passed, output } = await new Promise<{ passed: boolean; output: string }>((resolve) => {
    const child = spawn(gate.tool, gate.args, {
      cwd: root,
      env: gateEnvironment(root),
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (gate.beside === true && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
    child.stderr.setEncoding("utf8").on("data", (part: string) => (text += part));
    child.once("error", (error) => {
      resolve({ passed: false, output: `${gate.tool} could not be started: ${error.message}\n` });
    });
    child.once("close", (code) => {
      // Binary bytes in a report would make the whole log unreadable to text tools.
      resolve({ passed: code === 0, output: text.replaceAll("\0", "␀") });
    });
  });
  return { passed, output, seconds: (performance.now() - started) / 1000 };
}
