import type { AgentEvent } from "../agent-event.ts";
import type { AttemptRef, SessionId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { RunLimits, SandboxMode } from "../policy.ts";
import type { EgressRules, LoginFile, SandboxSecret, SessionConfinement } from "./sandbox.ts";

/** What sessions are for; only those for `agent`, `question` and `review` speak an agent's protocol. */
export const sessionPurposes = ["agent", "question", "review", "check", "hook", "git"] as const;

/** What a session is for. */
export type SessionPurpose = (typeof sessionPurposes)[number];

/** The rules that confine a session's processes. Paths are absolute. */
export interface SandboxRules {
  readonly mode: SandboxMode;
  readonly write: readonly string[];
  /** Folders that must not be readable, such as other homes; those in `read` are opened again. */
  readonly hide: readonly string[];
  readonly read: readonly string[];
  /** False cuts the network off, loopback too. */
  readonly network: boolean;
  /** Where the network is allowed: what of it. Absent: all. Only `srt` can hold a session to it. */
  readonly egress?: EgressRules;
}

/** Everything a session supervisor needs to know; written to `launch.json` before it starts. */
export interface SessionSpec {
  readonly id: SessionId;
  readonly attempt: AttemptRef;
  readonly purpose: SessionPurpose;
  /** The folder of this session's files: `launch.json`, `events.jsonl`, `transcript.log`, `stderr.txt`, `exit.json`. */
  readonly folder: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment of the process; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Credentials whose placeholders stand in `env`; never written to `launch.json`. */
  readonly secrets?: readonly SandboxSecret[];
  /** Login files whose copies hold placeholders; never written to `launch.json`. */
  readonly logins?: readonly LoginFile[];
  /** The file that is fed to standard input; absent: closed at once. Protocols that talk over stdin leave it absent. */
  readonly stdinFile?: string;
  /** The protocol that the supervisor speaks with the process: an agent driver's name, or `raw`. */
  readonly protocol: string;
  readonly protocolOptions: Json;
  readonly sandbox: SandboxRules;
  readonly limits: RunLimits;
  /** `tmux`: attachable; `process`: a detached process; `auto`: tmux where there is one. */
  readonly host: "auto" | "tmux" | "process";
}

/** Why a session's process ended. */
export type ExitCause =
  | "exited"
  | "signalled"
  | "wall"
  | "silence"
  | "no_progress"
  | "output"
  | "budget"
  | "quota"
  | "stopped"
  | "spawn_failed"
  | "sandbox_unavailable"
  | "supervisor_failed";

/**
 * What can hold the number of a session's processes beside the supervisor's count, the strongest first: a control group
 * of the kernel's; the kernel's limit on a user, inside the sandbox's own user namespace; or nothing.
 */
export const processHolders = ["cgroup", "namespace", "count"] as const;

/** What holds the number of a session's processes. */
export type ProcessHolder = (typeof processHolders)[number];

/** The exit record, written atomically and last. */
export interface SessionExit {
  readonly cause: ExitCause;
  readonly code?: number;
  readonly signal?: string;
  /** One sentence where the cause needs one. */
  readonly detail?: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outputBytes: number;
  /** SHA-256 over standard output followed by standard error, in hexadecimal. */
  readonly outputHash: string;
  /** The number of the last event. */
  readonly lastSeq: number;
  /** How many processes were still alive when the main one had ended, and were killed. */
  readonly survivors: number;
  /** The names of their programs, at most ten; absent: there were none, or nobody could tell. */
  readonly left?: readonly string[];
  /** The most that was seen of the session's processes at one time; absent where nothing was counted. */
  readonly peak?: SessionLoad;
  /** How the session was really confined. */
  readonly sandbox: SandboxMode;
  /** The same with network and credentials; absent where nothing ran. */
  readonly confinement?: SessionConfinement;
  /** What held the number of its processes; absent where nothing ran. */
  readonly holder?: ProcessHolder;
}

/** How a session is stopped, and why. */
export interface StopRequest {
  /** `interrupt`: its turn is ended first, where the agent can be asked; each mode ends in the next one after a grace. */
  readonly mode: "interrupt" | "terminate" | "kill";
  /** One sentence; it becomes the exit record's detail. */
  readonly why: string;
  /** What the exit record names as the cause; absent: `stopped`. */
  readonly cause?: "budget";
}

/** What the processes of a session hold at one time. */
export interface SessionLoad {
  readonly processes: number;
  /** Memory that they share with no other, as far as the system tells cheaply. */
  readonly memoryBytes: number;
}

/** What is known of a session. Unknown is not dead (law 3). */
export type SessionProbe =
  | { readonly state: "absent" }
  | {
      readonly state: "running";
      readonly pid: number;
      readonly host: "tmux" | "process";
      /** As counted a few seconds ago; absent: not counted yet. */
      readonly load?: SessionLoad;
    }
  | { readonly state: "exited"; readonly exit: SessionExit }
  /** Two independent signals say that the supervisor is gone without an exit record; nothing of it is alive any more. */
  | { readonly state: "lost"; readonly why: string }
  | { readonly state: "unknown"; readonly why: string };

/** A line of `events.jsonl`, or of a segment after it. */
export type SessionEvent = { readonly seq: number; readonly at: number } &
  /** The process runs, confined like this. */
  (
    | { readonly kind: "started"; readonly sandbox: SandboxMode; readonly confinement?: SessionConfinement }
    /** What the agent did. */
    | { readonly kind: "agent"; readonly event: AgentEvent }
    /** Raw output of a `raw` session, in pieces of at most 64 KiB of text. */
    | { readonly kind: "output"; readonly stream: "stdout" | "stderr"; readonly text: string }
    /** Somebody's message, when it was accepted for delivery. */
    | {
        readonly kind: "input";
        readonly messageId: string;
        readonly from: string;
        readonly text: string;
      }
    /** A message that had been accepted, and that the agent never showed. */
    | { readonly kind: "undelivered"; readonly messageId: string; readonly why: string }
    /** Somebody's answer to what the agent asked; the agent's `permission:answered` follows. */
    | {
        readonly kind: "answer";
        readonly request: string;
        readonly allow: boolean;
        readonly from: string;
        readonly why: string;
      }
    /** Somebody took over, or `left`: without `by`, of one who still holds it, orch itself may speak to the agent again. */
    | { readonly kind: "hold"; readonly by?: string; readonly left?: string }
    /** A word of the supervisor's own. */
    | { readonly kind: "notice"; readonly text: string }
    /** The end; nothing follows. */
    | { readonly kind: "exit"; readonly exit: SessionExit }
  );

/** A message for a running agent. */
export interface SteerMessage {
  /** Unique; the same id again is answered as before and not delivered twice. */
  readonly id: string;
  readonly from: string;
  readonly text: string;
}

/** What became of a message. `delivered` only after the agent's own stream showed it (law 11). */
export type SteerReceipt =
  | { readonly outcome: "delivered" }
  | { readonly outcome: "queued"; readonly why: string }
  | { readonly outcome: "refused"; readonly why: string };

/** What an agent asks, as long as nobody has answered. */
export interface PermissionRequest {
  readonly id: string;
  readonly what: string;
  /** The agent's own name of the tool, where it has one. */
  readonly tool?: string;
  readonly askedAt: number;
  /** When it is denied (epoch milliseconds). */
  readonly deadline: number;
}

/** Somebody's answer to a permission request. */
export interface PermissionAnswer {
  readonly request: string;
  readonly allow: boolean;
  readonly from: string;
  readonly why: string;
}

/** What became of an answer: the agent has it, or it came too late or for nothing. */
export type AnswerReceipt = { readonly outcome: "answered" } | { readonly outcome: "refused"; readonly why: string };

/** Somebody takes a conversation over: as long as anybody has, orch neither speaks to the agent nor ends it for being quiet. */
export interface HoldRequest {
  readonly by: string;
  /** The one of their terminals that holds it; absent: none. Each holds for itself. */
  readonly terminal?: string;
  /** Milliseconds from now; 0 lets go. */
  readonly ms: number;
}

/** What a hold comes to. */
export interface HoldReceipt {
  /** Earlier messages that the agent has yet to be shown; they come first. */
  readonly waiting: number;
  /** Who holds it now. */
  readonly holders: readonly string[];
}

/** A live session, as people see it. */
export interface SessionSummary {
  readonly id: SessionId;
  readonly attempt: AttemptRef;
  readonly purpose: SessionPurpose;
  readonly host: "tmux" | "process";
  readonly pid: number;
  readonly startedAt: number;
  readonly folder: string;
  /** As counted a few seconds ago; absent: not counted yet. */
  readonly load?: SessionLoad;
}

/**
 * Live processes: each has a supervisor of its own that outlives the daemon, speaks the process's protocol, enforces
 * limits, kills the whole process group and writes the exit record last (ARCHITECTURE section 6).
 *
 * Contract (`describeSessions` in `@orch/testing`): `start` with the id of a session that is running or has ended
 * starts nothing; a session is `lost` only on two independent signals, and then nothing of it is left alive; events
 * have no gap and no repeat for a follower that resumes; `stop` resolves when no process is left. Throws
 * `session_failed`, `session_unknown`, `sandbox_unavailable`.
 */
export interface Sessions {
  start(spec: SessionSpec): Promise<void>;
  probe(id: SessionId): Promise<SessionProbe>;
  /** Resolves when the session has ended; `lost` when its supervisor died. Rejects with `interrupted` when `signal` aborts; the session goes on. */
  wait(id: SessionId, signal: AbortSignal): Promise<Extract<SessionProbe, { state: "exited" | "lost" }>>;
  /** All events with `seq` greater than `after`, then live ones, until the session ends or `signal` aborts. */
  follow(id: SessionId, from: { readonly after: number; readonly signal: AbortSignal }): AsyncIterable<SessionEvent>;
  send(id: SessionId, message: SteerMessage): Promise<SteerReceipt>;
  /** What the agent asks and nobody has answered yet; nothing for a session that has ended. */
  asks(id: SessionId): Promise<readonly PermissionRequest[]>;
  answer(id: SessionId, answer: PermissionAnswer): Promise<AnswerReceipt>;
  /** Lets somebody take over for a time, or let go, which no other hold is touched by. */
  hold(id: SessionId, hold: HoldRequest): Promise<HoldReceipt>;
  /** `interrupt`: ask the agent; `terminate`: SIGTERM, then after a grace SIGKILL; `kill`: at once. */
  stop(id: SessionId, how: StopRequest): Promise<void>;
  list(): Promise<readonly SessionSummary[]>;
  /** The argument array that shows the session on a terminal, where its host allows that. */
  attachCommand(id: SessionId): Promise<readonly string[] | undefined>;
  /** Removes what an ended session left in the system (tmux session, socket); its folder stays. */
  release(id: SessionId): Promise<void>;
}
