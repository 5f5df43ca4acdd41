import type { SessionId } from "@orch/core";

/** Starts supervisors so that they outlive the process that starts them. */
export interface Host {
  start(request: StartRequest): Promise<StartedSupervisor>;
  /** Removes what is left of a session that has ended; without a nonce, of whatever start of it. */
  release(session: { readonly id: SessionId; readonly nonce?: string }): Promise<void>;
  /** The argument array that shows the session on a terminal; undefined: it has none, or none any more. */
  attachCommand(id: SessionId): Promise<readonly string[] | undefined>;
  /** Ends what the host itself keeps running, unless sessions need it. */
  close(): Promise<void>;
}

/** What is to be started. */
export interface StartRequest {
  readonly id: SessionId;
  readonly nonce: string;
  readonly folder: string;
  /** The supervisor's command, complete. */
  readonly argv: readonly string[];
}

/** A supervisor that was started and has not reported yet. */
export interface StartedSupervisor {
  /** False when it has ended, or was never there. */
  isThere(): Promise<boolean>;
}
