import {
  parseSessionId,
  processHolders,
  sessionPurposes,
  sandboxBackends,
  unwrap,
  type OrchError,
  type PermissionRequest,
  type Result,
  type SessionEvent,
  type SessionExit,
  type SessionLoad,
  type SessionSummary,
} from "@orch/core";

import { isGroupOf } from "../processes/control-group.ts";
import { readAttempt } from "./parse-launch.ts";
import { asFields, fieldsOf, shaped } from "./shape.ts";

/** A process by number and start. */
export interface KnownProcess {
  readonly pid: number;
  readonly started: string;
}

/** Who starts a session, since when. */
export interface Claim extends KnownProcess {
  readonly nonce: string;
  readonly at: number;
}

/** Who supervises a session; `child` once its process runs. */
export interface SupervisorState extends KnownProcess {
  readonly nonce: string;
  readonly host: "tmux" | "process";
  /** Its command line as the system shows it. */
  readonly commandLine?: string;
  readonly child?: KnownProcess;
  /** The control group that its process would be in. */
  readonly cgroup?: string;
}

/** The index entry of a session. */
export interface IndexEntry extends Omit<SessionSummary, "pid"> {
  readonly nonce: string;
  readonly socket: string;
}

/** Parses `claim.json`. */
export function parseClaim(text: string): Result<Claim, OrchError> {
  return shaped("claim.json", () => {
    const fields = fieldsOf(JSON.parse(text));
    return { nonce: fields.text("nonce"), at: fields.number("at"), ...readProcess(fields.at("by")) };
  });
}

/** Parses `state.json`. */
export function parseState(text: string): Result<SupervisorState, OrchError> {
  return shaped("state.json", () => {
    const value: unknown = JSON.parse(text);
    const fields = fieldsOf(value);
    const nonce = fields.text("nonce");
    const [commandLine, child, cgroup] = [fields.at("commandLine"), fields.at("child"), fields.at("cgroup")];
    return {
      nonce,
      host: fields.oneOf("host", ["tmux", "process"]),
      ...readProcess(value),
      ...(typeof commandLine === "string" && commandLine !== "" ? { commandLine } : {}),
      ...(child === undefined ? {} : { child: readProcess(child) }),
      // What is in it is killed with the session: no other group will do.
      ...(typeof cgroup === "string" && isGroupOf(cgroup, nonce) ? { cgroup } : {}),
    };
  });
}

/** Parses an index entry. */
export function parseIndexEntry(text: string): Result<IndexEntry, OrchError> {
  return shaped("the index entry", () => {
    const fields = fieldsOf(JSON.parse(text));
    return {
      id: unwrap(parseSessionId(fields.text("id"))),
      attempt: readAttempt(fields.at("attempt")),
      purpose: fields.oneOf("purpose", sessionPurposes),
      host: fields.oneOf("host", ["tmux", "process"]),
      startedAt: fields.number("startedAt"),
      folder: fields.text("folder"),
      nonce: fields.text("nonce"),
      socket: fields.text("socket"),
    };
  });
}

const causes = [
  "exited",
  "signalled",
  "wall",
  "silence",
  "no_progress",
  "output",
  "budget",
  "quota",
  "stopped",
  "spawn_failed",
  "sandbox_unavailable",
  "supervisor_failed",
] as const satisfies readonly SessionExit["cause"][];

/** Parses `exit.json`. */
export function parseExit(text: string): Result<SessionExit, OrchError> {
  return shaped("exit.json", () => {
    const fields = fieldsOf(JSON.parse(text));
    return {
      cause: fields.oneOf("cause", causes),
      ...(fields.at("code") === undefined ? {} : { code: fields.number("code") }),
      ...(fields.at("signal") === undefined ? {} : { signal: fields.text("signal") }),
      ...(fields.at("detail") === undefined ? {} : { detail: fields.text("detail") }),
      startedAt: fields.number("startedAt"),
      endedAt: fields.number("endedAt"),
      outputBytes: fields.number("outputBytes"),
      outputHash: fields.text("outputHash"),
      lastSeq: fields.number("lastSeq"),
      survivors: fields.number("survivors"),
      ...(fields.at("left") === undefined ? {} : { left: fields.list("left") }),
      ...(fields.at("peak") === undefined ? {} : { peak: readLoad(fields.at("peak")) }),
      sandbox: fields.oneOf("sandbox", ["auto", ...sandboxBackends]),
      ...(fields.at("holder") === undefined ? {} : { holder: fields.oneOf("holder", processHolders) }),
      ...(fields.at("confinement") === undefined ? {} : { confinement: readConfinement(fields.at("confinement")) }),
    };
  });
}

function readLoad(value: unknown): SessionLoad {
  const fields = fieldsOf(value);
  return { processes: fields.number("processes"), memoryBytes: fields.number("memoryBytes") };
}

/** Parses the heartbeat file, which holds what the supervisor counted last. */
export function parseLoad(text: string): Result<SessionLoad, OrchError> {
  return shaped("heartbeat", () => readLoad(JSON.parse(text)));
}

function readConfinement(value: unknown): NonNullable<SessionExit["confinement"]> {
  const fields = fieldsOf(value);
  return {
    sandbox: fields.oneOf("sandbox", sandboxBackends),
    network: fields.oneOf("network", ["open", "filtered", "none"]),
    credentials: fields.oneOf("credentials", ["none", "masked", "held"]),
  };
}

/** Parses one line of `events.jsonl`; undefined when it is none. Only our own supervisor writes there. */
export function parseEventLine(line: string): SessionEvent | undefined {
  const parsed = shaped("an event", () => {
    const value: unknown = JSON.parse(line);
    const fields = fieldsOf(value);
    fields.number("seq");
    fields.number("at");
    fields.text("kind");
    return value as SessionEvent;
  });
  return parsed.ok ? parsed.value : undefined;
}

/** Parses a permission request as the supervisor tells it; nothing when it is none. */
export function parseRequest(value: unknown): readonly PermissionRequest[] {
  const parsed = shaped("a request", () => {
    const fields = fieldsOf(value);
    return {
      id: fields.text("id"),
      what: fields.text("what"),
      ...(fields.at("tool") === undefined ? {} : { tool: fields.text("tool") }),
      askedAt: fields.number("askedAt"),
      deadline: fields.number("deadline"),
    };
  });
  return parsed.ok ? [parsed.value] : [];
}

/** Parses a line of the private socket into its fields; undefined when it is no object. */
export function parseWireLine(line: string): Readonly<Record<string, unknown>> | undefined {
  const parsed = shaped("a message", () => asFields(JSON.parse(line)));
  return parsed.ok ? parsed.value : undefined;
}

function readProcess(value: unknown): KnownProcess {
  const fields = fieldsOf(value);
  return { pid: fields.number("pid"), started: fields.text("started") };
}
