import type { SandboxMode } from "../policy.ts";
import type { SandboxRules } from "./sessions.ts";

/** A way to confine a process; `auto` is a choice among them. */
export type SandboxBackend = Exclude<SandboxMode, "auto">;

/** The backends, the strongest first. */
export const sandboxBackends = ["srt", "bwrap", "none"] as const satisfies readonly SandboxBackend[];

/** What of the network a session may reach; everything else is denied. */
export interface EgressRules {
  /** `host`, `host:port` or `*.host`. A name that resolves to this machine or a private network is refused. */
  readonly allow: readonly string[];
  /**
   * Addresses such as `http://127.0.0.1:8080` that the person configured as the agent's service: reachable wherever
   * they lie, this machine and private networks included.
   */
  readonly endpoints: readonly string[];
}

/** A credential that a program may use without holding it. */
export interface SandboxSecret {
  /** The environment variable that it is given in. */
  readonly name: string;
  /** What the program gets instead: unguessable, the same nowhere else. */
  readonly placeholder: string;
  readonly value: string;
  /** The hosts whose requests get the value in place of the placeholder: `host` or `*.host`. */
  readonly hosts: readonly string[];
  /** True: no request needs it, so it stays outside wherever a backend masks; such is a token that renews others. */
  readonly stays?: boolean;
}

/** A login file of a program, whose copy at `path` holds placeholders of `secrets`. */
export interface LoginFile {
  readonly path: string;
  /** The file as the person has it: what a backend that can't mask writes there. */
  readonly text: string;
}

/** How a session was really confined. */
export interface SessionConfinement {
  readonly sandbox: SandboxBackend;
  /** `open`: whatever the machine reaches; `filtered`: what its rules allow; `none`: nothing, loopback included. */
  readonly network: "open" | "filtered" | "none";
  /** `held`: the program has a credential itself; `masked`: it has placeholders only; `none`: there is none. */
  readonly credentials: "none" | "masked" | "held";
}

/** What an enclosure is made from. */
export interface SandboxPlan {
  readonly cwd: string;
  /** The whole environment; placeholders of `secrets` stand in it. */
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly SandboxSecret[];
  readonly logins: readonly LoginFile[];
  readonly rules: SandboxRules;
  /** Folders that stay hidden whatever the rules say: those of orch's own sockets. */
  readonly hide: readonly string[];
  /** An existing folder that becomes `/tmp` inside, where a backend can do that; processes may write there. */
  readonly tmp: string;
  /** A folder for the sandbox's own sockets, with a short path and nothing in it; made when it is needed. */
  readonly scratch: string;
}

/** What to start instead of a program. */
export interface ConfinedCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A sandbox around the processes of one session. */
export interface Enclosure {
  readonly confinement: SessionConfinement;
  /** How many process namespaces a program inside is below the one that it is started from. */
  readonly depth: number;
  /** Descriptor 3 has to be a pipe; a sandbox writes `exit-code` there when it had started the program. */
  readonly reports: boolean;
  command(argv: readonly string[]): ConfinedCommand;
  /** Ends what lives beside the processes, such as a proxy. For after they have ended; harmless twice. */
  close(): Promise<void>;
}

/** Whether a backend works on this machine. */
export type SandboxCheck =
  | { readonly works: true }
  /** `missing`: programs that would have to be installed; `why`: one sentence for people. */
  | { readonly works: false; readonly why: string; readonly missing: readonly string[] };

/**
 * A way to confine processes. What it needs beside them (a proxy, relays) lives and dies with the process that opened
 * the enclosure, never with the daemon.
 *
 * Contract (`describeSandbox` in `@orch/testing`): `check` never throws and takes less than five seconds. A program
 * inside gets exactly its arguments and its environment (with what a proxy needs on top), its exit code comes out, and
 * the descriptors from 4 on that it is given stay open. A backend that promises `files` lets it write only below
 * `write`, `tmp` and what is thrown away afterwards, and read nothing of `hide`. One that promises `egress` lets it
 * reach exactly what the rules allow, by whatever address it asks. One that promises `masking` puts no value of a
 * secret into argument, environment or file, and onto the wire only for that secret's hosts. Where one can't, its
 * confinement says `open` and `held`. `open` throws `sandbox_unavailable`.
 */
export interface Sandbox {
  readonly name: SandboxBackend;
  readonly promises: { readonly files: boolean; readonly egress: boolean; readonly masking: boolean };
  /** Looks whether its programs are here and start. The canaries of every session prove the rest. */
  check(): Promise<SandboxCheck>;
  open(plan: SandboxPlan): Promise<Enclosure>;
}
