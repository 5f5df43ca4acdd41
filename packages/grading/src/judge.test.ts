import type { Breach } from "@orch/core";
import { expect, test } from "vitest";

import { judgeConduct } from "./judge.ts";

const push: Breach = { kind: "publish", pattern: "git push", command: "git push" };

function forbidden(command: string): Breach {
  return { kind: "forbidden", pattern: "sudo", command };
}

test("an agent that kept to the rules has nothing against it", () => {
  expect(judgeConduct(undefined)).toBeUndefined();
  expect(judgeConduct({})).toBeUndefined();
});

test("publishing is a reason of its own; a forbidden command is the graver one", () => {
  expect(judgeConduct({ breaches: [push] })).toMatchObject({
    reason: "agent_push_disallowed",
    detail: "The agent ran `git push` (git push).",
  });
  const both = judgeConduct({ breaches: [push, ...["a", "b", "c", "d"].map((name) => forbidden(`sudo ${name}`))] });
  expect(both?.reason).toBe("safety_violation");
  expect(both?.detail).toBe("The agent ran `sudo a` (sudo), `sudo b` (sudo), `sudo c` (sudo), and 1 more.");
  expect(both?.lesson).toContain("`sudo a`");
});
