/** A clone that was made in advance and that no task has yet. */
export interface WarmClone {
  /** Tells the clones of a project apart. */
  readonly name: string;
  /** Its set-up is what a new clone's would be now. */
  readonly fits: boolean;
}

/** What has to happen so that a project has the clones that it is meant to have in advance. */
export interface WarmPlan {
  /** Names of those that are of no use any more, or too many. */
  readonly drop: readonly string[];
  /** How many are to be made. */
  readonly make: number;
}

/** Compares what is there, oldest first, with how many are wanted: of those that fit the newest stay. */
export function planWarm(clones: readonly WarmClone[], wanted: number): WarmPlan {
  const fitting = clones.filter(({ fits }) => fits);
  const kept = new Set(wanted === 0 ? [] : fitting.slice(-wanted));
  return { drop: clones.filter((clone) => !kept.has(clone)).map(({ name }) => name), make: wanted - kept.size };
}
