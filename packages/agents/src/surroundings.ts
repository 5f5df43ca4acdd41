/** What drivers may know of the machine. Injected, because only apps read the environment. */
export interface AgentSurroundings {
  /** The folders in which programs are looked for, in order: the entries of `PATH`. */
  readonly path: readonly string[];
  /** The person's home folder, where agents keep their logins. */
  readonly home: string;
}
