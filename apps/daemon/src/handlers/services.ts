import type { CommandResults } from "@orch/api";
import type { ApiVerbName, ArgumentsOf, VerbNamed } from "@orch/commands";
import type {
  AttemptRef,
  Clock,
  Engine,
  Forges,
  Json,
  Logger,
  OrchError,
  ProjectId,
  Projects,
  ProjectSettings,
  Random,
  Result,
  SandboxMode,
  RouteDecision,
  Sessions,
  Store,
  Task,
  Workspace,
} from "@orch/core";

import type { BoardService } from "../boards/board-service.ts";
import type { BrokenProject } from "../edition.ts";
import type { TranscriptTail } from "../transcripts.ts";
import type { WebhookView } from "../webhook-service.ts";

/** An agent as `orch agents` shows it. */
export type AgentView = CommandResults["agents"]["agents"][number];

/** The skills of this machine. */
export interface SkillService {
  catalogue(): Promise<CommandResults["skills list"]["skills"]>;
  sync(): Promise<CommandResults["skills sync"]["repositories"]>;
  /** How many repositories they are brought from, as configured now. */
  repositories(): Promise<number>;
}

/** Everything that the handlers of verbs work with. */
export interface ApiServices {
  readonly engine: Pick<Engine, "create" | "act">;
  readonly store: Store;
  readonly sessions: Pick<Sessions, "answer" | "asks" | "attachCommand" | "follow" | "hold" | "list" | "send" | "stop">;
  readonly workspace: Pick<Workspace, "diff">;
  readonly projects: Projects;
  /**
   * Registers the repository that holds `path` (absolute). `created` is false when it was known.
   * Errors: `not_a_repository`, `repository_empty`, `invalid_id`, `config_invalid`, `home_unusable`.
   */
  addProject(request: {
    readonly path: string;
    readonly id?: string;
    /** The project's confinement from now on. */
    readonly sandbox?: SandboxMode;
  }): Promise<Result<{ readonly project: ProjectSettings; readonly created: boolean }, OrchError>>;
  /**
   * Registers a repository on GitHub by its name or address, and keeps it itself; undefined: the text names none.
   * Errors: as of `addProject`, and what the forge and git throw.
   */
  addRepository(request: {
    readonly repository: string;
    readonly sandbox?: SandboxMode;
  }): Promise<Result<{ readonly project: ProjectSettings; readonly created: boolean }, OrchError> | undefined>;
  /** The registered projects that can't be used now, and why. */
  brokenProjects(): readonly BrokenProject[];
  /**
   * Forgets a project, by its id or by the path that it is registered with, and removes what orch kept of a managed one.
   * `removed` is false when it was not known; `kept` is a repository that holds work which was never published.
   */
  removeProject(which: ProjectId | { readonly path: string; readonly id?: ProjectId }): Promise<{
    readonly removed: boolean;
    readonly kept?: string;
  }>;
  /** The configured agents, for a project when one is given, and what was found of them. */
  agents(project: ProjectSettings | undefined): Promise<readonly AgentView[]>;
  /** What the router says of a task now; nothing is recorded. */
  route(task: Task, project: ProjectSettings): Promise<RouteDecision>;
  /** How the router weighs the agents that are available now. */
  weights(project: ProjectSettings): Promise<readonly { readonly agent: string; readonly weight: number }[]>;
  readonly skills: SkillService;
  readonly boards: Pick<BoardService, "list" | "info" | "link" | "sync">;
  readonly webhooks: WebhookView;
  readonly forges: Pick<Forges, "of">;
  /** The end of what the agent of an attempt said and did, redacted; empty when it is not kept. */
  transcript(ref: AttemptRef): Promise<TranscriptTail>;
  /** The `digest.json` of an attempt; undefined when there is none. */
  digest(attempt: AttemptRef): Promise<Json | undefined>;
  /** The configuration in effect, without secrets. */
  configuration(project: ProjectSettings | undefined): Promise<Json>;
  /** What a person should know about it, a line each. */
  configurationNotices(project: ProjectSettings | undefined): readonly string[];
  /** Ends the daemon after the current answer. */
  shutdown(): void;
  readonly version: string;
  /** The daemon ends by itself when nothing is left to do. */
  readonly ephemeral: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Who asks. */
export interface Caller {
  readonly actor: string;
}

/** Does a verb. Throws the typed errors that the verb can end in; what it resolves with is the answer's `data`. */
export type Handler<Name extends ApiVerbName> = (
  services: ApiServices,
  args: ArgumentsOf<VerbNamed<Name>>,
  caller: Caller,
) => Promise<CommandResults[Name]>;

/** The handlers of some verbs. */
export type Handlers<Name extends ApiVerbName> = { readonly [Each in Name]: Handler<Each> };
