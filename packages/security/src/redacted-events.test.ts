import type { SessionEvent } from "@orch/core";
import { plantedSecrets, secretText } from "@orch/testing";
import { array, assert, asyncProperty, boolean, constantFrom, nat } from "fast-check";
import { describe, expect, it } from "vitest";

import { createEventRedactor, createRedactor, type EventRedactor } from "./index.ts";

const redactor = createRedactor({ secrets: ["correct horse battery"] });
const token = `ghp_${secretText(36)}`;
const exit: SessionEvent = {
  seq: 1000,
  at: 0,
  kind: "exit",
  exit: {
    cause: "exited",
    code: 0,
    startedAt: 0,
    endedAt: 1,
    outputBytes: 0,
    outputHash: "",
    lastSeq: 1000,
    survivors: 0,
    sandbox: "none",
  },
};

function output(seq: number, text: string, stream: "stdout" | "stderr" = "stdout"): SessionEvent {
  return { seq, at: 0, kind: "output", stream, text };
}

function said(seq: number, text: string): SessionEvent {
  return { seq, at: 0, kind: "agent", event: { type: "text", text } };
}

function textOf(events: readonly SessionEvent[], stream: "stdout" | "stderr"): string {
  return events.map((event) => (event.kind === "output" && event.stream === stream ? event.text : "")).join("");
}

async function takenAll(own: EventRedactor, events: readonly SessionEvent[]): Promise<readonly SessionEvent[]> {
  const shown: SessionEvent[] = [];
  for (const event of events) shown.push(...(await own.take(event)));
  return shown;
}

describe("event redactor", () => {
  it("leaks nothing wherever output is cut, loses no event and no text, and keeps the order", async () => {
    const secrets = Object.values(plantedSecrets);
    await assert(
      asyncProperty(
        constantFrom(...secrets),
        array(nat(40), { minLength: 1 }),
        array(boolean()),
        async (secret, sizes, others) => {
          const whole = `before\n${secret.text}\nafter`;
          const events: SessionEvent[] = [];
          for (let from = 0, turn = 0; from < whole.length; turn += 1) {
            const size = 1 + (sizes[turn % sizes.length] ?? 0);
            events.push(output(events.length, whole.slice(from, from + size)));
            if (others[turn] === true) events.push(output(events.length, "other line\n", "stderr"));
            from += size;
          }
          const events2 = [...events, { ...exit, seq: events.length }];
          const own = createEventRedactor(redactor);
          const shown = await takenAll(own, events2);
          expect(shown.map(({ seq }) => seq)).toEqual(events2.map(({ seq }) => seq));
          expect(textOf(shown, "stdout")).toBe(redactor.redact(whole));
          expect(textOf(shown, "stderr")).toBe(textOf(events, "stderr"));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("gives whole lines and whole words at once, and follows a text that its driver cut", async () => {
    const own = createEventRedactor(redactor);
    expect(await own.take(output(1, "a line\n"))).toEqual([output(1, "a line\n")]);
    expect(await own.take(said(2, `Done: ${token}`))).toEqual([said(2, "Done: [redacted:github-token]")]);
    const long = "lorem ips ".repeat(6500);
    const [first, ...others] = [
      await own.take(said(3, `${long}\n${token.slice(0, 20)}`)),
      await own.take(said(4, token.slice(20))),
    ];
    expect(first).toEqual([]);
    expect(others.flat()).toEqual([said(3, `${long}\n`), said(4, "[redacted:github-token]")]);
  });

  it("hides a private key of which each line is an event of its own", async () => {
    const own = createEventRedactor(redactor);
    const key = plantedSecrets["private key"]?.text.split("\n") ?? [];
    const events = [...key, "after"].map((line, index) => said(index, line));
    const shown = await takenAll(own, events);
    expect(shown.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq));
    expect(JSON.stringify(shown)).not.toContain(secretText(16));
    expect(shown.at(-2)).toEqual(said(key.length - 1, "[redacted:private-key]"));
  });

  it("lets everything go when too much waits, and hides what people and the supervisor said", async () => {
    const own = createEventRedactor(redactor);
    expect(await own.take(output(0, `half of ${token.slice(0, 30)}`))).toEqual([]);
    expect(own.rest()).toEqual([output(0, "")]);
    expect(await own.take(output(1, `${token.slice(30)}\nno line's end`))).toEqual([]);
    const notice = (seq: number): SessionEvent => ({ seq, at: 0, kind: "notice", text: `saw ${token}` });
    const notices = Array.from({ length: 200 }, (_, index) => notice(index + 2));
    const later = await takenAll(own, notices);
    expect(later[0]).toEqual(output(1, "half of [redacted:github-token]\nno line's end"));
    expect(later).toHaveLength(201);
    expect(JSON.stringify(later)).not.toContain(secretText(16));
  });
});
