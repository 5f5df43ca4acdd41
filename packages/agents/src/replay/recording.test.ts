import { describe, expect, it } from "vitest";

import { parseRecording } from "./parse-recording.ts";
import { chooseAttempt, type RecordedAttempt } from "./recording.ts";

describe("parseRecording", () => {
  it("reads attempts, the steps of the only one, and JSON lines", () => {
    const steps = [{ say: "a" }, { run: ["true"] }];
    const attempts = [{ attempt: 1, when: "x", steps }];
    expect(parseRecording(JSON.stringify({ attempts }))).toEqual({ ok: true, recording: { attempts } });
    expect(parseRecording(JSON.stringify({ steps }))).toEqual({ ok: true, recording: { attempts: [{ steps }] } });
    expect(parseRecording('{"say":"a"}\n{"attempt":2}\n{"say":"b"}\n')).toEqual({
      ok: true,
      recording: { attempts: [{ steps: [{ say: "a" }] }, { attempt: 2, steps: [{ say: "b" }] }] },
    });
  });

  it.each([
    ["", "has no attempts"],
    ["hello", "is neither JSON nor JSON lines"],
    ['{"steps":[{"say":1}]}', 'attempt 1: step 1 is not known: {"say":1}'],
    ['{"steps":[{"toString":1}]}', 'attempt 1: step 1 is not known: {"toString":1}'],
    ['{"attempts":[{}]}', "attempt 1: has no steps"],
    ['{"attempts":[{"attempt":"1","steps":[]}]}', "attempt 1: attempt must be a number"],
  ])("says what is wrong with %j", (text, problem) => {
    expect(parseRecording(text)).toEqual({ ok: false, problem });
  });
});

describe("chooseAttempt", () => {
  const first: RecordedAttempt = { attempt: 1, steps: [] };
  const later: RecordedAttempt = { attempt: 3, steps: [] };
  const greeting: RecordedAttempt = { when: "greet", steps: [] };
  const recording = { attempts: [first, later, greeting] };

  it.each([
    ["its own number", { attempt: 3, prompt: "sum" }, later],
    ["the highest lower number", { attempt: 2, prompt: "sum" }, first],
    ["a word of the prompt before any number", { attempt: 1, prompt: "please greet" }, greeting],
  ])("takes %s", (_name, asked, expected) => {
    expect(chooseAttempt(recording, asked.attempt, asked.prompt)).toBe(expected);
  });

  it("finds none where none is recorded", () => {
    expect(chooseAttempt({ attempts: [later] }, 1, "sum")).toBeUndefined();
  });
});
