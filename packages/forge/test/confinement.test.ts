import { neutraliseOutput as neutral } from "@orch/security";
import { expect, test } from "vitest";

import { pullBody, resultComment } from "../src/index.ts";
import { madeAttempt, madeReceipt, madeTask } from "./made.ts";

test.each([
  ["none", "held", "⚠️ ran without a sandbox, held its own credential"],
  ["none", "masked", "⚠️ ran without a sandbox"],
  ["srt", "held", "⚠️ held its own credential"],
  ["srt", "masked", undefined],
] as const)("sandbox %s with credentials %s is told on the forge: %s", (sandbox, credentials, said) => {
  const task = madeTask({ status: "new" });
  const attempt = { ...madeAttempt(), confinement: { sandbox, network: "filtered", credentials } } as const;
  const receipts = [madeReceipt()];
  const gate = { failed: [], warnings: [], blocks: false };
  const settings = {
    linkStyle: "refs",
    draft: false,
    mergeMethod: "squash",
    checksWaitMs: 120_000,
    requiredWaitMs: 21_600_000,
    gate: "warn",
  } as const;
  const comment = resultComment({ task, attempt, receipts }, { neutral });
  const body = pullBody({ task, attempt, receipts, gate, settings }, { neutral });
  if (said === undefined) {
    expect(comment).not.toContain("Confinement");
    expect(body).not.toContain("⚠️");
    return;
  }
  expect(comment).toContain(`| Confinement | ${said} |`);
  expect(body.split("\n")).toContain(`The agent: ${said}.`);
});
