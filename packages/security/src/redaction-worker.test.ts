import { systemClock } from "@orch/core";
import { createFakeClock, plantedSecrets, secretText } from "@orch/testing";
import { array, assert, asyncProperty, constantFrom, nat } from "fast-check";
import { expect, onTestFinished, test } from "vitest";

import { createRedactor, openRedactionWorker, type RedactionWorker, type SecretRedactor } from "./index.ts";

const KNOWN = "correct horse battery";
const LONG = "a line of a log without anything in it\n".repeat(1_000);
const SECRET = `ghp_${secretText(36)}`;
/** No rule of a project can be like that; it stands for whatever would take a thread for ever. */
const ENDLESS = { name: "endless", pattern: /(?:(?:x+)+)+y/g };

interface Opened {
  readonly worker: RedactionWorker;
  readonly redactor: SecretRedactor;
  readonly clock: ReturnType<typeof createFakeClock>;
}

function open(patterns = [] as readonly (typeof ENDLESS)[]): Opened {
  const clock = createFakeClock();
  const worker = openRedactionWorker({ clock });
  onTestFinished(() => worker[Symbol.asyncDispose]());
  return { worker, clock, redactor: createRedactor({ secrets: [KNOWN], patterns, worker }) };
}

test("finds what is found in the caller's thread, while that goes on", async () => {
  const { redactor } = open();
  const text = `${LONG}${SECRET}\n${LONG}${encodeURIComponent(KNOWN)}\n`;
  let turned = false;
  setImmediate(() => (turned = true));
  expect(await redactor.search(text)).toEqual(redactor.find(text));
  expect(turned).toBe(true);
  expect(await redactor.redactLater(text)).toBe(redactor.redact(text));
});

test("learns values and rules while it runs", async () => {
  const { redactor } = open();
  const text = `${LONG}word-of-mine badge-123\n`;
  expect(await redactor.redactLater(text)).toBe(text);
  redactor.register(["word-of-mine"]);
  redactor.use([{ name: "badge", pattern: /badge-[0-9]{3}/g }]);
  expect(await redactor.redactLater(text)).toBe(`${LONG}[redacted:known-secret] [redacted:badge]\n`);
});

test("withholds what takes too long, and judges what waited behind it", async () => {
  const { redactor, clock } = open([ENDLESS]);
  const first = redactor.redactLater(`${LONG}${"x".repeat(64)}\n`);
  const second = redactor.redactLater(`${LONG}${SECRET}\n`);
  await clock.advance(2_300);
  expect(await first).toBe("[withheld]");
  expect(await second).toBe(`${LONG}[redacted:github-token]\n`);
});

test("a stream withholds the piece that took too long with the rest of its line, and goes on", async () => {
  const { redactor, clock } = open([ENDLESS]);
  const stream = redactor.stream();
  const first = stream.push(`${LONG}${"x".repeat(64)}\nhalf a `);
  await clock.advance(2_300);
  expect(await first).toBe("[withheld]");
  expect(await stream.push(`line\n${LONG}${SECRET}\n`)).toBe(`${LONG}[redacted:github-token]\n`);
  expect(await stream.end()).toBe("");
});

test("what was asked when it is closed is withheld", async () => {
  const { redactor, worker } = open();
  const asked = redactor.redactLater(`${LONG}${SECRET}\n`);
  await worker[Symbol.asyncDispose]();
  expect(await asked).toBe("[withheld]");
  expect(await redactor.redactLater(LONG)).toBe("[withheld]");
});

test("goes when nothing was asked for a minute, and comes back", async () => {
  const { redactor, clock } = open();
  expect(await redactor.redactLater(LONG)).toBe(LONG);
  await clock.advance(61_000);
  expect(await redactor.redactLater(`${LONG}${SECRET}`)).toBe(`${LONG}[redacted:github-token]`);
});

test("leaks nothing in large pieces, wherever they are cut", async () => {
  const worker = openRedactionWorker({ clock: systemClock });
  onTestFinished(() => worker[Symbol.asyncDispose]());
  const redactor = createRedactor({ secrets: [KNOWN], worker });
  const planted = [...Object.values(plantedSecrets), { text: KNOWN, core: KNOWN }];
  await assert(
    asyncProperty(
      constantFrom(...planted),
      array(nat(40_000), { minLength: 1, maxLength: 4 }),
      async (secret, sizes) => {
        const whole = `${LONG}\n${secret.text}\n${LONG}`;
        const stream = redactor.stream();
        let shown = "";
        let from = 0;
        for (let turn = 0; from < whole.length; turn += 1) {
          const size = 1 + (sizes[turn % sizes.length] ?? 0) + (turn > 50 ? 20_000 : 0);
          shown += await stream.push(whole.slice(from, from + size));
          from += size;
        }
        shown += await stream.end();
        expect(shown).toBe(redactor.redact(whole));
        expect(shown).not.toContain(secret.core);
      },
    ),
    { numRuns: 200 },
  );
});
