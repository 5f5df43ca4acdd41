/** The graces of a supervisor, in milliseconds. */
export interface SupervisorTiming {
  /** From SIGTERM to SIGKILL. */
  readonly terminateMs: number;
  /** From asking an agent to end its turn to SIGTERM. */
  readonly interruptMs: number;
  /** What the process started may go on for when it has ended itself. */
  readonly survivorsMs: number;
  /** How long the agent's stream may take to show a message. */
  readonly confirmMs: number;
}

/** The figures of every real session. */
export const defaultTiming: SupervisorTiming = {
  terminateMs: 5_000,
  interruptMs: 15_000,
  survivorsMs: 2_000,
  confirmMs: 10_000,
};
