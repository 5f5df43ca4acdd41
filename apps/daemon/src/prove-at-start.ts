import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Logger, SandboxMode } from "@orch/core";

const PATIENCE_MS = 30_000;

/** What a proof needs. */
export interface ProofOptions {
  readonly mode: SandboxMode;
  readonly logger: Logger;
  readonly self: Pick<NodeJS.Process, "execPath" | "execArgv">;
}

/**
 * Lets canaries fly in the configured sandbox and logs what came out, without keeping anybody waiting: every session
 * proves its own sandbox again before its program starts. Disposing stops listening: the proof ends by itself in a
 * moment, and takes its proxy along; killed it would leave that behind.
 */
export function proveAtStart({ mode, logger, self }: ProofOptions): Disposable {
  const source = fileURLToPath(new URL("./sandbox-proof-main.ts", import.meta.url));
  const built = fileURLToPath(new URL("./sandbox-proof-main.mjs", import.meta.url));
  const args = [...self.execArgv, existsSync(source) ? source : built, mode];
  let gaveUp = false;
  const child = execFile(self.execPath, args, { timeout: PATIENCE_MS, killSignal: "SIGKILL" }, (error, stdout) => {
    if (gaveUp) return;
    const why = error === null ? whyIn(stdout) : error.message;
    if (why === undefined) logger.info({ mode, proof: stdout }, "the sandbox is proved by canaries");
    else logger.warn({ mode, why }, "no sandbox works here, so no agent will run; see: orch doctor");
  });
  return {
    [Symbol.dispose]() {
      gaveUp = true;
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.unref();
    },
  };
}

function whyIn(text: string): string | undefined {
  try {
    const proof: unknown = JSON.parse(text);
    return typeof proof === "object" && proof !== null && "why" in proof ? String(proof.why) : undefined;
  } catch {
    return "the proof said nothing that can be read";
  }
}
