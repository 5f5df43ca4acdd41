import type { Workspace } from "./workspace.ts";

/** A broken rule: where, and what is wrong there. */
export interface Violation {
  /** A path from the root, with a line number when there is one. */
  readonly where: string;
  readonly message: string;
}

/** A rule of the repository. Pure: it looks only at the workspace it is given. */
export type Check = (workspace: Workspace) => readonly Violation[];
