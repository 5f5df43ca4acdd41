/** What goes wrong with one request. */
export type Fault =
  /** Answers this status; `after` the work was done all the same. */
  | { readonly do: "status"; readonly status: number; readonly after?: boolean }
  /** Does the work and answers the first half of the text alone. */
  | { readonly do: "truncate" }
  /** Does the work and answers GraphQL with an error beside what data there is; REST is spared. */
  | { readonly do: "graph-error" }
  /** Answers the secondary limit (403, or 429). */
  | { readonly do: "secondary-limit"; readonly retryAfterSeconds: number; readonly status?: 403 | 429 }
  /** Answers that the hour's requests are used up. */
  | { readonly do: "primary-limit"; readonly resetInSeconds: number }
  /** Cuts the connection before anything is done, or after it was done and before the answer. */
  | { readonly do: "cut"; readonly when: "before" | "after" }
  /** Does nothing until the promise is settled. */
  | { readonly do: "hold"; readonly until: Promise<unknown> };

/** A request that a fault may meet. */
export interface FaultTarget {
  readonly method: string;
  /** Path with query, without the prefix of GitHub Enterprise. */
  readonly path: string;
}

/** Faults of the HTTP side. */
export interface Faults {
  /** The next `times` (1) matching requests meet this fault. */
  next(fault: Fault, match?: (target: FaultTarget) => boolean, times?: number): void;
  /** Asks for each request that no other fault waits for; undefined lets it pass. */
  decide(choose: ((target: FaultTarget) => Fault | undefined) | undefined): void;
  /** Removes every fault. */
  clear(): void;
}

/** The faults with the way to take them. */
export interface FaultQueue extends Faults {
  take(target: FaultTarget): Fault | undefined;
}

/** No faults yet. */
export function createFaults(): FaultQueue {
  let waiting: { fault: Fault; match: (target: FaultTarget) => boolean; left: number }[] = [];
  let chooser: ((target: FaultTarget) => Fault | undefined) | undefined;
  return {
    next(fault, match = () => true, times = 1) {
      waiting.push({ fault, match, left: times });
    },
    decide(choose) {
      chooser = choose;
    },
    clear() {
      waiting = [];
      chooser = undefined;
    },
    take(target) {
      const found = waiting.find((entry) => entry.match(target));
      if (found === undefined) return chooser?.(target);
      found.left -= 1;
      waiting = waiting.filter((entry) => entry.left > 0);
      return found.fault;
    },
  };
}
