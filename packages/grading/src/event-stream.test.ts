import { internalTaskId, parseProjectId, unwrap, verdictOf } from "@orch/core";
import { expect, test } from "vitest";

import { eventStreamKept } from "./event-stream.ts";

const project = unwrap(parseProjectId("acme/app"));
const passed = { kind: "pass" } as const;

test("what did not pass is kept", () => {
  const ref = { project, id: internalTaskId(1), attempt: 1 };
  expect(eventStreamKept(ref, { verdict: undefined, percent: 0 })).toBe("not_passed");
  expect(eventStreamKept(ref, { verdict: verdictOf("checks_failed", ""), percent: 0 })).toBe("not_passed");
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
