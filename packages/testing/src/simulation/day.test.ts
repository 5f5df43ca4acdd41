import { expect, test } from "vitest";

import { liveThroughDay, type Delays } from "./day.ts";
import { recordedDay } from "./recorded-day.ts";
import { seededRandom } from "./seeded-random.ts";

/** A day takes about a second of processor time; `ORCH_WEBHOOK_DAYS=1000` takes the whole figure. */
const RUNS = Number(process.env["ORCH_WEBHOOK_DAYS"] ?? 6);
const FIRST = Number(process.env["ORCH_WEBHOOK_DAYS_FROM"] ?? 1);
const LATEST_MINUTES = 20;

/** Webhooks of a bad day: a fifth is lost, a fifth comes twice, and each comes when it pleases. */
function badDay(seed: number): Delays {
  const random = seededRandom(seed);
  return () => {
    const copies = random.pick([0, 1, 1, 1, 2]);
    return Array.from({ length: copies }, () =>
      random.pick([0, random.between(0, 5), random.between(0, LATEST_MINUTES)]),
    );
  };
}

test(
  "whatever the order of a day's webhooks, with doubles and losses, it ends in the same state",
  async () => {
    const wanted = await liveThroughDay(recordedDay, () => [0]);
    expect(wanted).toMatchSnapshot();
    expect(await liveThroughDay(recordedDay, () => [])).toEqual(wanted);
    for (let seed = FIRST; seed < FIRST + RUNS; seed += 1) {
      expect({ seed, state: await liveThroughDay(recordedDay, badDay(seed)) }).toEqual({ seed, state: wanted });
    }
    // A day that went on differently is told apart.
    expect(await liveThroughDay(recordedDay.slice(0, 6), () => [0])).not.toEqual(wanted);
  },
  60_000 + RUNS * 10_000,
);
