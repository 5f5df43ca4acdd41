import { expect, it } from "vitest";

import { postTask, showMessage, takeMessage } from "./opencode-messages.ts";
import { createTalk, takeAnswer, type OpencodeTalk } from "./opencode-talk.ts";

interface Posted {
  readonly id: number;
  readonly body: { readonly parts: readonly [{ readonly id?: string; readonly text: string }] };
}

function startTalk(): { readonly talk: OpencodeTalk; readonly posted: Posted[]; readonly refused: string[][] } {
  const posted: Posted[] = [];
  const refused: string[][] = [];
  const ignore = (): void => undefined;
  const writeLine = (line: string): void => void posted.push(JSON.parse(line) as Posted);
  const talk = createTalk({
    options: { message: "the task" },
    emit: ignore,
    writeLine,
    closeInput: ignore,
    note: ignore,
    refused: (...told) => void refused.push(told),
  });
  talk.phase = "working";
  return { talk, posted, refused };
}

const textsOf = (posted: readonly Posted[]): readonly string[] => posted.map(({ body }) => body.parts[0].text);
const partOf = (posted: Posted | undefined): object => ({
  id: posted?.body.parts[0].id ?? "prt_1",
  messageID: "msg_1",
});

it("posts a message when the one before it was shown, and the task before all", () => {
  const { talk, posted } = startTalk();
  postTask(talk, () => expect.fail("it was taken"));
  for (const text of ["one", "two"]) takeMessage(talk, { id: text, text });
  expect(textsOf(posted)).toEqual(["the task"]);
  expect(showMessage(talk, partOf(posted[0]))).toBeUndefined();
  expect(textsOf(posted)).toEqual(["the task", "one"]);
  takeAnswer(talk, { id: posted[1]?.id, status: 204, body: null });
  expect(textsOf(posted)).toEqual(["the task", "one"]);
  expect(showMessage(talk, partOf(posted[1]))).toBe("one");
  expect(textsOf(posted)).toEqual(["the task", "one", "two"]);
});

it("goes on with the next message when one is refused, and tells which", () => {
  const { talk, posted, refused } = startTalk();
  for (const text of ["one", "two"]) takeMessage(talk, { id: text, text });
  takeAnswer(talk, { id: posted[0]?.id, status: 400, body: { error: "no" } });
  expect(textsOf(posted)).toEqual(["one", "two"]);
  expect(refused).toEqual([["one", 'opencode refused the message: {"error":"no"}']]);
});

it("does not take what is recalled of an earlier run for the task", () => {
  const { talk, posted } = startTalk();
  talk.recalled.add("msg_1");
  postTask(talk, () => expect.fail("it was taken"));
  takeMessage(talk, { id: "one", text: "one" });
  showMessage(talk, partOf(posted[0]));
  expect(textsOf(posted)).toEqual(["the task"]);
});
