import type {
  AgentDriver,
  AgentFailure,
  AttemptRef,
  BranchName,
  Clock,
  CommitSha,
  EvidenceJudge,
  Logger,
  PortBlock,
  PromptRenderer,
  Random,
  Reason,
  Redactor,
  Sessions,
  Store,
  Task,
  TaskRef,
  Workspace,
} from "@orch/core";

/** Which files are removed below a folder of an attempt's. */
export interface Sweep {
  readonly folder: string;
  readonly names: readonly string[];
  /** Asked for small files alone. */
  readonly holds?: (text: string) => Promise<boolean>;
}

/** The files of an attempt, below one folder. Names are plain file names or `folder/name`, never absolute. */
export interface AttemptFiles {
  /** The absolute folder of an attempt; made when it is missing. */
  folder(ref: AttemptRef): Promise<string>;
  /** Writes a text file atomically, readable by its owner alone; gives its absolute path. */
  write(ref: AttemptRef, file: { readonly name: string; readonly text: string }): Promise<string>;
  /** Reads a regular file, never through a link; undefined when there is none or it is larger than `maxBytes`. */
  read(ref: AttemptRef, file: { readonly name: string; readonly maxBytes: number }): Promise<string | undefined>;
  /** The last bytes of a regular file as text, never through a link; undefined when there is none. */
  tail(ref: AttemptRef, file: { readonly name: string; readonly bytes: number }): Promise<string | undefined>;
  /** Writes a text file of the task as a whole, as `write` does; its folder is two above that of an attempt. */
  writeForTask(ref: TaskRef, file: { readonly name: string; readonly text: string }): Promise<void>;
  /** Removes a file; harmless when there is none. */
  remove(ref: AttemptRef, name: string): Promise<void>;
  /**
   * Removes the files of these names, and with `holds` those of which it is true, wherever they lie below a folder of the
   * attempt's; never through a link, and within a bound of entries. Gives how many.
   */
  sweep(ref: AttemptRef, what: Sweep): Promise<number>;
}

/** What is kept for single tasks, beside their words: files of the person's home. */
export interface TaskContexts {
  /** What is kept for a task, as it is; empty or undefined: nothing. */
  read(task: TaskRef): Promise<string | undefined>;
  /** Changes it as a whole; what can't be read, or would be too large, stays as it is. */
  change(task: TaskRef, how: (before: string) => string): Promise<void>;
}

/** The sandbox's view of the machine, beside the clone and the attempt folder. */
export interface Surroundings {
  /** The environment by allow-list, with `set` added; `home` becomes `HOME`. */
  environment(input: {
    readonly home: string;
    readonly set: Readonly<Record<string, string>>;
  }): Readonly<Record<string, string>>;
  /** Folders that no session may read. */
  readonly hidden: readonly string[];
  /** Folders that must stay readable although they may lie below a hidden one, such as the program's own. */
  readonly readable: readonly string[];
  /** Which of these programs are not on the path. */
  missingTools(names: readonly string[]): Promise<readonly string[]>;
}

/** Everything that the runner works with; all of it ports. */
export interface RunnerDeps {
  readonly store: Store;
  readonly workspace: Workspace;
  readonly sessions: Sessions;
  readonly drivers: Readonly<Record<string, AgentDriver>>;
  /** The verdict's reason for an agent's failure. */
  readonly reasonFor: (failure: AgentFailure) => Reason;
  readonly prompts: PromptRenderer;
  readonly redactor: Redactor;
  readonly files: AttemptFiles;
  readonly surroundings: Surroundings;
  /** Whether nobody on this machine listens on any of these ports; absent: they all count as free. */
  readonly arePortsFree?: (block: PortBlock) => Promise<boolean>;
  /** Absent: nothing is kept. */
  readonly contexts?: TaskContexts;
  /** The documents of skills by id; absent: there are none. */
  readonly skillDocuments?: (ids: readonly string[]) => Promise<Readonly<Record<string, string>>>;
  /** Called before a task's branch is published: whatever shows it beside its issue. Never fails; absent: nothing does. */
  readonly linkBranch?: (request: {
    readonly task: Task;
    readonly branch: BranchName;
    /** Where the work began. */
    readonly commit: CommitSha;
  }) => Promise<void>;
  /** Asks a model whether a change may pass without checks; absent: there is none. */
  readonly judgeEvidence?: EvidenceJudge;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}
