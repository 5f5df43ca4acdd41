import { describeClock, describeRandom } from "@orch/testing";

import { systemClock, systemRandom } from "./system-clock.ts";

/** Twice: where the machine stood still, a timer that was set by a late one is due only after the first sleep. */
async function pass(ms: number): Promise<void> {
  await systemClock.sleep(ms);
  await systemClock.sleep(ms);
}

describeClock("system clock", { make: () => ({ clock: systemClock, pass }) });
describeRandom("system random", { make: () => systemRandom });
