import { parseTaskId, unwrap } from "@orch/core";
import { neutraliseOutput as neutral } from "@orch/security";
import { commentPayloads, sampleForge, terminalPayloads } from "@orch/testing";
import { expect, test } from "vitest";

import {
  callAnswer,
  mirrorComment,
  partWords,
  pullBody,
  pullTitle,
  pushedBody,
  resultComment,
  squashText,
  statusComment,
} from "../src/index.ts";
import { assignment, madeAttempt, madeReceipt, madeTask } from "./made.ts";
import { works } from "./works.ts";

const PAYLOADS = [...commentPayloads, ...terminalPayloads];
const settings = {
  linkStyle: "refs",
  draft: false,
  mergeMethod: "squash",
  checksWaitMs: 120_000,
  requiredWaitMs: 21_600_000,
  gate: "warn",
} as const;
const gate = { failed: [], warnings: [], blocks: false };

/** Whatever orch writes on a forge, with these words wherever an agent or a stranger has a say. */
function written(said: string): Readonly<Record<string, string>> {
  const failure = { class: "network", message: said } as const;
  const attempt = madeAttempt({
    verdict: { kind: "human", reason: "agent_blocked", detail: said },
    report: {
      status: "blocked",
      summary: said,
      accomplished: [said],
      remaining: [said],
      files: [said],
      learnings: [said],
      blockers: [said],
      delegations: [],
      error: said,
    },
    diff: { added: 1, deleted: 0, files: [{ path: said, change: "added", added: 1, deleted: 0, binary: false }] },
    warnings: [said],
    model: said,
    assignment: { ...assignment, model: said, why: said },
  });
  const task = madeTask({ status: "needs_review", reason: "agent_blocked", detail: said }, { title: said, body: said });
  const receipts = [madeReceipt({ check: said, argv: [said], outputTail: said, exitCode: 1 })];
  const mirror = (event: Parameters<typeof mirrorComment>[0]): string =>
    mirrorComment(event, { mirror: "all", neutral }) ?? "";
  return {
    result: resultComment({ task, attempt: { ...attempt, errorTail: said }, receipts }, { neutral }),
    status: statusComment({ task, attempt, lastEvent: { text: said, at: 0 }, notes: [said], now: 1 }, { neutral }),
    answer: callAnswer({ task, attempt }, { neutral }) ?? "",
    text: mirror({ type: "text", text: said }),
    question: mirror({ type: "permission:requested", id: said, what: said }),
    failure: mirror({ type: "error", failure }),
    pushed: withoutMarks(pushedBody({ task, settings, branch: said }, { neutral })),
    pull: withoutMarks(pullBody({ task, attempt, receipts, gate, settings }, { neutral })),
    part: partOf(said).body,
  };
}

/** A pull request's text without the lines of orch's own that readers don't see. */
function withoutMarks(text: string): string {
  return text.replaceAll(/^<!-- (?:orch-gate: \w+ pass|\/?orch:own|orch:text \w+) -->$/gm, "");
}

function partOf(said: string): ReturnType<typeof partWords> {
  const given = { parent: unwrap(parseTaskId("7")), waitsFor: [], settings: sampleForge, agents: [], neutral };
  return partWords({ title: said, body: said, labels: [said] }, given);
}

test.each(PAYLOADS)("%s works in no comment and no pull request", (_what, said) => {
  const texts = written(said);
  expect(Object.fromEntries(Object.entries(texts).map(([where, text]) => [where, works(text)]))).toEqual(
    Object.fromEntries(Object.keys(texts).map((where) => [where, []])),
  );
});

test.each(PAYLOADS)("%s works in no title", (_what, said) => {
  const titles = [
    pullTitle({ title: said, labels: [] }, { neutral }),
    squashText(madeTask({ status: "new" }, { title: said }), { pull: 1, agent: "codex", summary: said, neutral }).title,
    partOf(said).title,
    ...partOf(said).others,
  ];
  for (const title of titles) {
    expect(title).not.toMatch(/\n|@(?:ann|bob|carl|acme|orch)\b|<!--/);
    expect(
      works(title).filter((what) => ["mention", "closing word", "mark", "control", "command"].includes(what)),
    ).toEqual([]);
  }
});
