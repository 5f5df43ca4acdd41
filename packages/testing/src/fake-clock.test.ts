import { createFakeClock } from "./fake-clock.ts";
import { describeClock } from "./suites/clock-suite.ts";

describeClock("fake clock", {
  make() {
    const clock = createFakeClock();
    return { clock, pass: (ms) => clock.advance(ms) };
  },
});
