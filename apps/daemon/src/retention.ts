import type { Clock, Logger, Sessions, Store } from "@orch/core";

import { startDaily } from "./daily.ts";
import { pruneAttempts } from "./prune-attempts.ts";

/** What the retention works with. */
export interface RetentionOptions {
  readonly home: string;
  readonly store: Store;
  readonly sessions: Pick<Sessions, "list">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long records are kept, as configured now, in milliseconds; 0: for ever. */
  keepMs(): number;
  /** How many per cent of the attempts that passed keep theirs so long, as configured now. */
  passedPercent(): number;
}

/** Removes old records of attempts once a day. Disposing ends it, at the latest after one attempt's folder. */
export function startRetention(options: RetentionOptions): AsyncDisposable {
  const { clock, logger } = options;
  return startDaily(options, {
    cursor: "retention:last",
    failure: "old records of attempts could not be removed",
    async work(signal) {
      const [keepMs, passedPercent] = [options.keepMs(), options.passedPercent()];
      if (keepMs === 0 && passedPercent >= 100) return "later";
      const before = keepMs === 0 ? Number.NEGATIVE_INFINITY : clock.now() - keepMs;
      const attempts = await pruneAttempts({ ...options, before, passedPercent, signal });
      if (attempts > 0) logger.info({ attempts }, "removed what the sessions of old attempts had printed");
      return "done";
    },
  });
}
