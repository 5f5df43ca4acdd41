import { silentLogger, systemClock } from "@orch/core";
import { waitFor } from "@orch/testing";
import { createFakeClock } from "@orch/testing/fake-clock";
import { expect, test } from "vitest";

import { startSkillSync } from "../src/skill-sync.ts";
import { startStandIn } from "./stand-in.ts";

const DAY_MS = 86_400_000;
const CURSOR = "skills:last-sync";

test("skills are brought once a day where there are any, and a slow repository holds nobody up", async () => {
  const { store } = await startStandIn();
  const clock = createFakeClock();
  await clock.advance(systemClock.now() - clock.now());
  let [repositories, asked, hangs] = [0, 0, false];
  const skills = {
    repositories: async () => repositories,
    sync() {
      asked += 1;
      return hangs ? new Promise<never>(() => undefined) : Promise.resolve([]);
    },
  };
  const start = (): AsyncDisposable => startSkillSync({ store, clock, logger: silentLogger, skills });
  {
    await using _ = start();
    await clock.advance(6000);
  }
  expect([asked, await store.cursor(CURSOR)]).toEqual([0, undefined]);
  repositories = 1;
  for (let daemon = 0; daemon < 2; daemon += 1) {
    await using _ = start();
    await clock.advance(6000);
    await waitFor("the day to be noted", async () => (await store.cursor(CURSOR)) !== undefined);
  }
  expect(asked).toBe(1);
  hangs = true;
  const noted = await store.cursor(CURSOR);
  {
    await using _ = start();
    await clock.advance(2 * DAY_MS);
    await waitFor("the next day", () => asked > 1);
  }
  expect([asked, await store.cursor(CURSOR)]).toEqual([2, noted]);
});
