import { spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/** The terminal that the supervisor runs on, when it has one. */
export interface Terminal {
  readonly output: NodeJS.WriteStream | undefined;
  /** Hands over each line that somebody types. */
  onLine(take: (line: string) => void): void;
  close(): void;
}

/** Opens the supervisor's terminal. Its loss is no event: the session goes on without. */
export function openTerminal(): Terminal {
  if (!process.stdout.isTTY || !process.stdin.isTTY) {
    return { output: undefined, onLine: () => undefined, close: () => undefined };
  }
  const { stdin, stdout } = process;
  stdin.on("error", () => undefined);
  stdout.on("error", () => undefined);
  // Ctrl-S would stop the supervisor itself at its next line.
  spawnSync("stty", ["-ixon"], { stdio: ["inherit", "ignore", "ignore"] });
  const lines = createInterface({ input: stdin });
  return {
    output: stdout,
    onLine: (take) => lines.on("line", (line) => line.trim() !== "" && take(line)),
    close() {
      lines.close();
      stdin.destroy();
    },
  };
}
