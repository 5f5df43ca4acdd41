import { internalTaskId, parseProjectId, unwrap, verdictOf } from "@orch/core";
import { expect, test } from "vitest";

import { eventStreamKept, eventStreamReason } from "./event-stream.ts";

const project = unwrap(parseProjectId("acme/app"));
const passed = { kind: "pass" } as const;

test("what did not pass is kept", () => {
  const ref = { project, id: internalTaskId(1), attempt: 1 };
  expect(eventStreamKept(ref, { verdict: undefined, percent: 0 })).toBe("not_passed");
  expect(eventStreamKept(ref, { verdict: verdictOf("checks_failed", ""), percent: 0 })).toBe("not_passed");
});

test("the reason is the attempt's own, and holds while the share is above its rank", () => {
  const ref = { project, id: internalTaskId(1), attempt: 1 };
  expect(eventStreamReason(ref, verdictOf("checks_failed", ""))).toEqual({ reason: "not_passed" });
  const why = eventStreamReason(ref, passed);
  const rank = why.reason === "sampled" ? why.rank : -1;
  // As `int(sha1("acme/app#int-1:1")[:8], 16) % 100` of the third seed gives it.
  expect(rank).toBe(72);
  expect(eventStreamKept(ref, { verdict: passed, percent: rank })).toBeUndefined();
  expect(eventStreamKept(ref, { verdict: passed, percent: rank + 1 })).toBe("sampled");
});

test("of what passed, the share that was asked for, always the same ones", () => {
  const refs = Array.from({ length: 1_000 }, (_, index) => ({ project, id: internalTaskId(index + 1), attempt: 1 }));
  const kept = (percent: number): readonly unknown[] =>
    refs.map((ref) => eventStreamKept(ref, { verdict: passed, percent })).filter((why) => why === "sampled");
  expect(kept(0)).toHaveLength(0);
  expect(kept(100)).toHaveLength(1_000);
  const some = kept(15).length;
  expect(some).toBeGreaterThan(110);
  expect(some).toBeLessThan(190);
  expect(kept(15)).toHaveLength(some);
});
