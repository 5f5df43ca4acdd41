import type { CommitSha, TreeSha } from "./ids.ts";
import type { SessionConfinement } from "./ports/sandbox.ts";

/** A check of the project, as configured: an argument array, never a shell text. */
export interface CheckSpec {
  readonly name: string;
  /** Program and arguments, at least one element. */
  readonly run: readonly string[];
  readonly timeoutMs: number;
}

/** Proof that orch itself ran a check on exactly one commit (law 5). */
export interface Receipt {
  readonly check: string;
  readonly argv: readonly string[];
  /** Absent when the check was ended by a signal or a time limit. */
  readonly exitCode?: number;
  readonly timedOut: boolean;
  /** SHA-256 over the whole output, in hexadecimal. */
  readonly outputHash: string;
  readonly outputBytes: number;
  /** The last 4,000 characters of the output, redacted. */
  readonly outputTail: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly commit: CommitSha;
  readonly tree: TreeSha;
  /** True when the working tree equalled the commit before and after the check ran. */
  readonly clean: boolean;
  /** How the check was really confined; absent in receipts of earlier versions. */
  readonly confinement?: SessionConfinement;
}

/** True when the receipt shows a check that passed on exactly this commit. */
export function provesCommit(receipt: Receipt, commit: CommitSha): boolean {
  return receipt.commit === commit && receipt.clean && !receipt.timedOut && receipt.exitCode === 0;
}
