import type { AgentDriver, AttemptRef, Logger, Random, Redactor, Sessions } from "@orch/core";

/** Files below a task's folder, as the runner keeps them too. Names are `folder/name`, never absolute. */
export interface QuestionFiles {
  /** The absolute folder of an attempt; made when it is missing. Questions belong to attempt 0. */
  folder(ref: AttemptRef): Promise<string>;
  /** Writes a text file atomically, readable by its owner alone; gives its absolute path. */
  write(ref: AttemptRef, file: { readonly name: string; readonly text: string }): Promise<string>;
  /** Reads a regular file, never through a link; undefined when there is none or it is larger than `maxBytes`. */
  read(ref: AttemptRef, file: { readonly name: string; readonly maxBytes: number }): Promise<string | undefined>;
  /** Removes a file; harmless when there is none. */
  remove(ref: AttemptRef, name: string): Promise<void>;
  /** Removes the files of these names, wherever they lie below a folder; never through a link. Gives how many. */
  sweep(ref: AttemptRef, what: { readonly folder: string; readonly names: readonly string[] }): Promise<number>;
}

/** What sessions see of this machine. */
export interface QuestionSurroundings {
  /** The environment by allow-list, with `set` added; `home` becomes `HOME`. */
  environment(input: {
    readonly home: string;
    readonly set: Readonly<Record<string, string>>;
  }): Readonly<Record<string, string>>;
  /** Folders that no session may read. */
  readonly hidden: readonly string[];
  /** Folders that must stay readable although they may lie below a hidden one. */
  readonly readable: readonly string[];
}

/** What asking works with. */
export interface AskDeps {
  readonly drivers: Readonly<Record<string, AgentDriver>>;
  readonly files: QuestionFiles;
  readonly sessions: Pick<Sessions, "start" | "wait" | "stop" | "follow" | "release">;
  readonly surroundings: QuestionSurroundings;
  readonly redactor: Redactor;
  readonly random: Random;
  readonly logger: Logger;
}
