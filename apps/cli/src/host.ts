import type { Clock } from "@orch/core";

/** One of the two outputs. */
export interface Screen {
  readonly isTerminal: boolean;
  /** Characters in a line; 80 where nobody knows. */
  readonly columns: number;
  write(text: string): void;
}

/** The process as the command line sees it; the entry point makes it, tests make their own. */
export interface Host {
  /** Words after the program's name. */
  readonly argv: readonly string[];
  /** The folder that the caller is in. */
  readonly folder: string;
  /** The home folder of orch. */
  readonly home: string;
  /** Who calls, in letters that an actor's name may have. */
  readonly user: string;
  /** Where programs are looked for. */
  readonly searchPath: readonly string[];
  /** False when the environment asks for no colour. */
  readonly colorAllowed: boolean;
  readonly out: Screen;
  readonly err: Screen;
  readonly clock: Clock;
  /** The whole of standard input. Throws `usage` when it is longer than so many characters (262,144 unless said). */
  readInput(longest?: number): Promise<string>;
  /** Takes a signal over from the system until the returned function is called. */
  onSignal(signal: "SIGINT" | "SIGTERM" | "SIGHUP", handler: () => void): () => void;
}
