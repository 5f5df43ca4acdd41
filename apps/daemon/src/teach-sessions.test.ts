import { expect, test } from "vitest";

import { teachSessions } from "./teach-sessions.ts";

test("sessions are told at once, and once more for all that came meanwhile", async () => {
  let told = 0;
  let done = Promise.withResolvers<void>();
  const learned = teachSessions({
    teach() {
      told += 1;
      return done.promise;
    },
  });
  learned();
  expect(told).toBe(1);
  for (let more = 0; more < 3; more += 1) learned();
  const first = done;
  done = Promise.withResolvers();
  first.resolve();
  await first.promise;
  await Promise.resolve();
  expect(told).toBe(2);
  done.resolve();
  await done.promise;
  await Promise.resolve();
  learned();
  expect(told).toBe(3);
});
