import { spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/** The terminal that the supervisor runs on, when it has one. */
export interface Terminal {
  readonly output: NodeJS.WriteStream | undefined;
  /** Hands over each line that somebody types; `cut` is called for one of which the system has dropped the rest. */
  onLine(take: (line: string) => void, cut: () => void): void;
  close(): void;
}

/**
 * From how many bytes on a typed line may have been cut: a terminal of Linux keeps 4,095 bytes of a line and drops the
 * rest without a word, and a sign of up to four bytes may lie at the cut.
 */
const CUT_BYTES = 4_090;

/** Opens the supervisor's terminal. Its loss is no event: the session goes on without. */
export function openTerminal(): Terminal {
  if (!process.stdout.isTTY || !process.stdin.isTTY) {
    return { output: undefined, onLine: () => undefined, close: () => undefined };
  }
  const { stdin, stdout } = process;
  stdin.on("error", () => undefined);
  stdout.on("error", () => undefined);
  // Ctrl-S would stop the supervisor itself at its next line, Ctrl-D end all typing for good, and Ctrl-\ kill it.
  spawnSync("stty", ["-ixon", "eof", "undef", "quit", "undef"], { stdio: ["inherit", "ignore", "ignore"] });
  const lines = createInterface({ input: stdin });
  return {
    output: stdout,
    onLine(take, cut) {
      lines.on("line", (line) => {
        if (Buffer.byteLength(line) >= CUT_BYTES) cut();
        else if (line.trim() !== "") take(line);
      });
    },
    close() {
      lines.close();
      stdin.destroy();
    },
  };
}
