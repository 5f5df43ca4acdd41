import { join } from "node:path";

/** The number of the contract. It grows when an older client or daemon could misunderstand the other. */
export const CONTRACT = 1;

/** The response header that carries the daemon's contract number. */
export const CONTRACT_HEADER = "orch-contract";

/** The request header that says who asks, such as `cli:ana`. */
export const ACTOR_HEADER = "orch-actor";

/** The most bytes that a request's body may have. */
export const LONGEST_REQUEST = 1024 * 1024;

/** What the daemon says of itself. */
export interface Health {
  readonly version: string;
  readonly pid: number;
  readonly contract: number;
  /** The number of the newest event; 0 when there is none. */
  readonly lastEvent: number;
  /** It ends by itself when nothing is left to do, and makes room for one that stays. */
  readonly ephemeral: boolean;
}

/** The daemon's socket in a home folder. Its folder is for the owner alone. */
export function socketPathOf(home: string): string {
  return join(home, "run", "orch.sock");
}

/** The paths of the daemon's interface. */
export const routes = {
  health: "/v1/health",
  command: (name: string) => `/v1/commands/${encodeURIComponent(name)}`,
  events: (after: number) => `/v1/events?after=${after}`,
  sessionEvents: (session: string, after: number) =>
    `/v1/sessions/${encodeURIComponent(session)}/events?after=${after}`,
} as const;
