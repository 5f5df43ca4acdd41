import { join } from "node:path";

/** The files of one session, all inside its folder. */
export interface SessionFiles {
  /** What the supervisor is started from: specification, nonce, socket. */
  readonly launch: string;
  /** The values of its credentials, until the supervisor has taken them. */
  readonly secrets: string;
  /** Who is starting the session. */
  readonly claim: string;
  /** Who supervises it, and what process it runs. */
  readonly state: string;
  readonly heartbeat: string;
  /** The first segment of its events; later ones lie beside it (`segmentFrom`). */
  readonly events: string;
  /** Standard output as it came, for agent protocols. */
  readonly capture: string;
  readonly stderr: string;
  readonly transcript: string;
  readonly exit: string;
  /** What the supervisor itself printed: empty unless it broke. */
  readonly supervisor: string;
  /** The private `/tmp` of a sandboxed session. */
  readonly tmp: string;
}

/** Names the files of the session that lives in `folder`. */
export function sessionFiles(folder: string): SessionFiles {
  return {
    launch: join(folder, "launch.json"),
    secrets: join(folder, "secrets.json"),
    claim: join(folder, "claim.json"),
    state: join(folder, "state.json"),
    heartbeat: join(folder, "heartbeat"),
    events: join(folder, "events.jsonl"),
    capture: join(folder, "capture.log"),
    stderr: join(folder, "stderr.txt"),
    transcript: join(folder, "transcript.log"),
    exit: join(folder, "exit.json"),
    supervisor: join(folder, "supervisor.log"),
    tmp: join(folder, "tmp"),
  };
}
