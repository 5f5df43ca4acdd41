const MARK = Symbol.for("orch.error");

/** What the command line exits with: 1 failed, 2 usage, 3 not found, 4 needs a person. */
export type ExitCode = 1 | 2 | 3 | 4;

/** One row of the error table: what the code means, and how the command line exits with it. */
export interface ErrorMeaning {
  readonly summary: string;
  readonly exit: ExitCode;
  /** True when the same call may succeed later without any change by a person. */
  readonly retryable: boolean;
}

/** Every error code of orch, once. `docs/errors.md` is generated from this table. */
export const errorTable = {
  internal: {
    summary: "A contract inside orch was broken; this is a bug.",
    exit: 1,
    retryable: false,
  },
  usage: { summary: "The call's words are off.", exit: 2, retryable: false },
  invalid_id: { summary: "A text is not a valid id of its kind.", exit: 2, retryable: false },
  config_invalid: { summary: "A configuration file can't be used.", exit: 2, retryable: false },
  config_unreadable: { summary: "A configuration file can't be read.", exit: 2, retryable: false },
  config_exposed: {
    summary: "The person's configuration file holds keys, and others may read it.",
    exit: 2,
    retryable: false,
  },
  not_a_repository: {
    summary: "The folder is not inside a git repository.",
    exit: 2,
    retryable: false,
  },
  repository_empty: { summary: "The repository has no commit yet.", exit: 2, retryable: false },
  tool_missing: {
    summary: "A program that orch needs is not installed.",
    exit: 1,
    retryable: false,
  },
  home_unusable: {
    summary: "The home folder of orch can't be written.",
    exit: 1,
    retryable: false,
  },
  disk_full: { summary: "The disk is full.", exit: 1, retryable: true },
  project_unknown: { summary: "No such project is known.", exit: 3, retryable: false },
  task_unknown: { summary: "No such task.", exit: 3, retryable: false },
  attempt_unknown: { summary: "No such attempt.", exit: 3, retryable: false },
  delivery_unknown: { summary: "No such webhook delivery can be tried again.", exit: 3, retryable: false },
  session_unknown: { summary: "No such session is live.", exit: 3, retryable: false },
  agent_unknown: { summary: "No such agent is configured.", exit: 2, retryable: false },
  agent_missing: { summary: "The agent's program is not installed.", exit: 1, retryable: false },
  move_refused: { summary: "The task's state does not allow that.", exit: 1, retryable: false },
  token_wrong: { summary: "That is no approval token of the task.", exit: 1, retryable: false },
  token_used: { summary: "The approval token was used before; each is good once.", exit: 1, retryable: false },
  token_expired: { summary: "The approval token is too old.", exit: 1, retryable: false },
  token_moved: {
    summary: "The task's result or its words are not what the approval token was given out for.",
    exit: 1,
    retryable: false,
  },
  gate_failed: {
    summary: "The result is not done by the project's definition (`gate.mode: enforce`).",
    exit: 4,
    retryable: false,
  },
  conflict: {
    summary: "Somebody else changed the task at the same moment.",
    exit: 1,
    retryable: true,
  },
  daemon_absent: { summary: "No daemon answers on the socket.", exit: 1, retryable: true },
  answer_lost: {
    summary: "The daemon ended before it answered; what it was asked may have been done.",
    exit: 1,
    retryable: true,
  },
  daemon_running: {
    summary: "Another daemon already owns this home folder.",
    exit: 1,
    retryable: false,
  },
  daemon_version: {
    summary: "The daemon speaks another version of the contract.",
    exit: 1,
    retryable: false,
  },
  schema_newer: { summary: "The database was written by a newer orch.", exit: 1, retryable: false },
  store_failed: { summary: "The database refused an operation.", exit: 1, retryable: true },
  git_failed: { summary: "A git command failed.", exit: 1, retryable: true },
  git_untrusted: {
    summary: "What an agent's clone offered is not acceptable.",
    exit: 1,
    retryable: false,
  },
  path_escape: { summary: "A path leaves the folder it must stay in.", exit: 1, retryable: false },
  sandbox_unavailable: {
    summary: "The sandbox asked for can't be had on this machine.",
    exit: 4,
    retryable: false,
  },
  session_failed: {
    summary: "A session could not be started or reached.",
    exit: 1,
    retryable: true,
  },
  template_invalid: {
    summary: "A prompt template does not fit its variables.",
    exit: 1,
    retryable: false,
  },
  forge_unreachable: {
    summary: "The forge (such as GitHub) could not be reached, or failed.",
    exit: 1,
    retryable: true,
  },
  forge_limited: { summary: "The forge takes no more requests for a while.", exit: 1, retryable: true },
  forge_unauthorized: {
    summary: "The forge takes nothing with the token that orch has; orch waits for one that works.",
    exit: 4,
    retryable: true,
  },
  forge_denied: { summary: "The forge refuses this, or the token lacks a right for it.", exit: 4, retryable: false },
  forge_refused: { summary: "The forge takes the request for wrong as it is.", exit: 1, retryable: false },
  forge_replaced: {
    summary: "Another repository has the name of the project's now; orch reads, writes and pushes nothing there.",
    exit: 4,
    retryable: true,
  },
  forge_missing: {
    summary: "The forge knows no such repository, issue or pull request.",
    exit: 3,
    retryable: false,
  },
  needs_person: { summary: "A person has to decide.", exit: 4, retryable: false },
  interrupted: { summary: "Stopped by request.", exit: 1, retryable: true },
  timeout: { summary: "Something took longer than it may.", exit: 1, retryable: true },
} as const satisfies Record<string, ErrorMeaning>;

/** The closed set of error codes. */
export type ErrorCode = keyof typeof errorTable;

/** What may accompany an error. */
export interface ErrorExtras {
  /** What the reader can do next, as one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Plain data for `--json` and logs; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The one error type of orch. Recognise it with `isOrchError`, never by its message. */
export class OrchError extends Error {
  readonly [MARK] = true;
  override readonly name = "OrchError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.code = code;
    this.hint = extras.hint;
    this.details = extras.details ?? {};
  }

  /** True when the same call may succeed later as it is. */
  get retryable(): boolean {
    return errorTable[this.code].retryable;
  }

  /** What the command line exits with for this error. */
  get exitCode(): ExitCode {
    return errorTable[this.code].exit;
  }
}

/** Makes an error with a code and, where there is one, a hint of what to do next. */
export function orchError(code: ErrorCode, message: string, extras: ErrorExtras = {}): OrchError {
  return new OrchError(code, message, extras);
}

/** Tells an orch error (of any copy of this package) from anything else; with a code, only that one. */
export function isOrchError(value: unknown, code?: ErrorCode): value is OrchError {
  if (typeof value !== "object" || value === null || !(MARK in value)) return false;
  return code === undefined || ("code" in value && value.code === code);
}

/** Any thrown value as an orch error; what is not one already becomes `internal` with its cause kept. */
export function asOrchError(value: unknown): OrchError {
  if (isOrchError(value)) return value;
  return orchError("internal", value instanceof Error ? value.message : String(value), {
    cause: value,
  });
}
