import type { AgentEvent, AgentFailure, AgentReport, Usage } from "../agent-event.ts";
import type { AgentName } from "../ids.ts";
import type { Json } from "../json.ts";
import type { AgentSettings, PermissionRules } from "../policy.ts";
import type { Result } from "../result.ts";
import type { LoginFile } from "./sandbox.ts";
import type { SessionExit } from "./sessions.ts";

/** What a driver can do; what it can't is refused with a reason, never faked. */
export interface AgentCapabilities {
  readonly steer: boolean;
  readonly interrupt: boolean;
  /** Goes on with a conversation of its own that an earlier run had. */
  readonly resume: boolean;
  /** Asks before it does what the rules neither allow nor deny, and takes an answer. */
  readonly approvals: boolean;
  readonly usage: boolean;
  readonly cost: boolean;
  /** Tells how much of the account's window is used. */
  readonly quota: boolean;
  /** Reports in a file rather than in its stream. */
  readonly reportFile: boolean;
}

/** Nothing at all; drivers name what they can beside it. */
export const noCapabilities: AgentCapabilities = {
  steer: false,
  interrupt: false,
  resume: false,
  approvals: false,
  usage: false,
  cost: false,
  quota: false,
  reportFile: false,
};

/** What was found of an agent on this machine. */
export interface AgentDiscovery {
  readonly installed: boolean;
  readonly path?: string;
  /** The first line of its `--version`. */
  readonly version?: string;
  readonly login: "logged_in" | "logged_out" | "unknown";
  /** One sentence for people when something is missing. */
  readonly hint?: string;
}

/** A conversation that an earlier run of the same task had. */
export interface PastConversation {
  /** The agent's own id of it (`session:ready`). */
  readonly session: string;
  /** What `LaunchInput.folder` was for that run; what the agent keeps of the conversation is copied from there. */
  readonly folder: string;
}

/** A credential that a driver found in a login file. */
export interface Credential {
  /** What it is, for people. */
  readonly name: string;
  readonly value: string;
  /** As for `SandboxSecret`. */
  readonly stays?: boolean;
  /** Makes a stand-in of the credential's own form around an unguessable word; absent: the word is the stand-in. */
  readonly shape?: (word: string) => string;
}

/** Gives what stands for a credential in a file of the run; the sandbox puts the value into requests to the model's service. */
export type Conceal = (credential: Credential) => string;

/** What one run of an agent is launched from. */
export interface LaunchInput {
  readonly agent: AgentName;
  readonly settings: AgentSettings;
  readonly model?: string;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** The clone. */
  readonly cwd: string;
  /** The attempt folder; the agent's own home, temporary files and report live below it. */
  readonly folder: string;
  /** Files that already hold the prompts; the session may read them. */
  readonly systemPromptFile: string;
  readonly messageFile: string;
  /** The environment that the settings allow, already resolved. */
  readonly env: Readonly<Record<string, string>>;
  /** What the agent may do by its own rules; absent: everything, inside the sandbox. */
  readonly permissions?: PermissionRules;
  /** For every credential that goes into a login file; absent: such a file is copied as it is. */
  readonly conceal?: Conceal;
  /** The agent's own id of the conversation to go on with, which `bringConversation` has brought into `folder`. */
  readonly resume?: string;
  /** What its last words are to be in place of the report; `schema` for agents that take a JSON Schema. Absent: the report. */
  readonly answer?: { readonly schema?: Json };
  /** True: the repository's own configuration of the agent counts (hooks, servers, settings). Absent: it is ignored (T8). */
  readonly trusted?: boolean;
}

/** How to start the agent. */
export interface AgentLaunch {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdinFile?: string;
  readonly protocolOptions: Json;
  /** Folders outside `cwd` and `folder` that the agent must be able to write. */
  readonly writable: readonly string[];
  /** Files and folders of the agent's program, which the sandbox must not hide. */
  readonly readable: readonly string[];
  /** Login files that `conceal` was used for. */
  readonly logins?: readonly LoginFile[];
  /** Where the agent was told to leave its report; its text goes to `conclude`. Absent: it reports in its stream. */
  readonly reportFile?: string;
}

/** What a finished run amounts to, from its events and its exit alone. */
export interface AgentConclusion {
  /** Absent when the agent gave none, or one that does not fit the schema. */
  readonly report?: AgentReport;
  /** Why `report` is absent although the agent wrote something that looks like one. */
  readonly reportProblem?: string;
  readonly failure?: AgentFailure;
  readonly usage: Usage;
}

/**
 * How one agent command line is launched and understood. Contract: `describeAgentDriver` in `@orch/testing`.
 * Unknown events are ignored; unknown output never becomes success.
 */
export interface AgentDriver {
  readonly name: string;
  readonly capabilities: AgentCapabilities;
  /** Files that `launch` may write below its folder and that hold credentials: they go when the run has ended. */
  readonly credentialFiles: readonly string[];
  /** The hosts of its model's service, for settings that name none: what it may reach, and where its key may go. */
  endpoints?(settings: AgentSettings): readonly string[];
  /** The credentials in the login file that a run would be given, as far as its form is known. Never throws. */
  credentials?(settings: AgentSettings): Promise<readonly string[]>;
  /** Looks for the program; must not throw, must not take longer than 5 s. */
  discover(settings: AgentSettings, signal: AbortSignal): Promise<AgentDiscovery>;
  /**
   * Before `launch`, of drivers that can `resume`: copies what the agent keeps of an earlier conversation into what will
   * be `LaunchInput.folder`. The agent could write there, so nothing is read through a link, only regular files are, and
   * no more than a bound. The error, one sentence: it can't go on, and the run begins afresh.
   */
  bringConversation?(input: Readonly<{ past: PastConversation; folder: string }>): Promise<Result<void, string>>;
  /** Prepares one run: may write below `input.folder`, nowhere else. Throws `agent_missing`, `config_invalid`. */
  launch(input: LaunchInput): Promise<AgentLaunch>;
  /** Pure. `reportText` is the text of the report file, where the driver asked for one. */
  conclude(run: {
    readonly events: readonly AgentEvent[];
    readonly exit: SessionExit;
    readonly reportText?: string;
  }): AgentConclusion;
}

/** What a protocol may use of its supervisor. */
export interface ProtocolHost {
  readonly options: Json;
  emit(event: AgentEvent): void;
  /** Writes one line (the newline is added) to the process's standard input. */
  writeLine(line: string): void;
  /** Closes standard input: for most agents, the sign to end. */
  closeInput(): void;
  /** A line for people in the transcript. */
  note(text: string): void;
  /** A message that `steer` took was refused by the agent after all: nobody shall wait for it. Absent: nobody does. */
  refused?(messageId: string, why: string): void;
}

/**
 * A live conversation with an agent process, run inside the supervisor: a state machine fed with lines. Methods must
 * not throw; what can't be understood is ignored or becomes an `error` event.
 */
export interface AgentConversation {
  /** The process has started. */
  open(): void;
  /** One line of standard output, without its end, at most 4 MiB; longer lines arrive cut. */
  line(text: string): void;
  /** Hands a message over; the `message:delivered` event follows when the agent's stream shows it. */
  steer(message: { readonly id: string; readonly text: string }): {
    readonly accepted: boolean;
    readonly why: string;
  };
  /** Asks the agent to end its turn; a message that waits may open the next one. False: it can't be asked. */
  interrupt(): boolean;
  /** The same for good: whatever waits, no turn follows, and the conversation ends. Absent: `interrupt` does that. */
  end?(): boolean;
  /** Answers a request of `permission:requested`; false: there is no such request (any more). Absent: it never asks. */
  answer?(request: { readonly id: string; readonly allow: boolean; readonly why: string }): boolean;
}

/** Opens conversations of one protocol; the supervisor finds it by its name. */
export interface AgentProtocol {
  readonly name: string;
  converse(host: ProtocolHost): AgentConversation;
}
