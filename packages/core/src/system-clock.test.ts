import { describeClock, describeRandom } from "@orch/testing";

import { systemClock, systemRandom } from "./system-clock.ts";

describeClock("system clock", { make: () => ({ clock: systemClock, pass: (ms) => systemClock.sleep(ms) }) });
describeRandom("system random", { make: () => systemRandom });
