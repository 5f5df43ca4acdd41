import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { SessionEvent } from "@orch/core";
import { createRedactor } from "@orch/security";
import { obeyedIn, tempFolder, terminalPayloads } from "@orch/testing";
import { expect, test } from "vitest";

import { openTranscript, render } from "./transcript.ts";

function events(said: string): readonly SessionEvent[] {
  const failure = { class: "network", message: said } as const;
  const agent = [
    { type: "text", text: said },
    { type: "reasoning", text: said },
    { type: "tool:started", tool: said, id: said, summary: said },
    { type: "tool:finished", tool: said, id: said, ok: false, summary: said },
    { type: "command:started", id: said, command: said },
    { type: "command:finished", id: said, command: said, exitCode: 1, outputTail: said },
    { type: "file:changed", path: said, change: "added" },
    { type: "permission:requested", id: said, what: said },
    { type: "error", failure },
  ] as const;
  const others = [
    { kind: "output", stream: "stderr", text: said },
    { kind: "input", messageId: "1", from: said, text: said },
    { kind: "undelivered", messageId: "1", why: said },
    { kind: "answer", request: "1", allow: false, from: said, why: said },
    { kind: "hold", by: said },
    { kind: "notice", text: said },
  ] as const;
  return [
    ...agent.map((event): SessionEvent => ({ seq: 1, at: 0, kind: "agent", event })),
    ...others.map((event): SessionEvent => ({ seq: 1, at: 0, ...event })),
  ];
}

test.each(terminalPayloads)("%s is not obeyed by who watches a session", (_what, said) => {
  for (const event of events(said)) expect(obeyedIn(render(event), { styles: true })).toBeUndefined();
});

test("nor is any of them in the transcript, wherever they are torn", { timeout: 60_000 }, async () => {
  const redactor = createRedactor({ secrets: [] });
  for (const [what, said] of terminalPayloads) {
    const path = join(await tempFolder(), "transcript.log");
    const transcript = openTranscript(path, { terminal: undefined, redactor });
    const show = (text: string): void => transcript.show({ seq: 1, at: 0, kind: "output", stream: "stdout", text });
    for (let at = 0; at <= said.length; at += said.length < 200 ? 1 : 97) {
      show(said.slice(0, at));
      show(`${said.slice(at)}\n`);
    }
    transcript.note(said);
    await transcript.close();
    const text = await readFile(path, "utf8");
    expect(text).not.toBe("");
    expect([what, obeyedIn(text, { styles: true })]).toEqual([what, undefined]);
  }
});
