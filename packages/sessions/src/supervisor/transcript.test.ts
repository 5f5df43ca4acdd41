import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { createRedactor } from "@orch/security";
import { hostileSession, obeyedIn, tempFolder, terminalPayloads } from "@orch/testing";
import { expect, test } from "vitest";

import { openTranscript, render } from "./transcript.ts";

test.each(terminalPayloads)("%s is not obeyed by who watches a session", (_what, said) => {
  for (const event of hostileSession(said)) expect(obeyedIn(render(event), { styles: true })).toBeUndefined();
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
