import { appendFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { SessionEvent } from "@orch/core";
import { createFakeClock, tempFolder } from "@orch/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { sessionFiles } from "../files/session-files.ts";
import { openEventLog, type EventLog } from "../supervisor/event-log.ts";
import { openEventReader, readSessionEvents, type EventReader } from "./event-reader.ts";

const OVERHEAD = 100;

function openLog(folder: string, segmentBytes: number): EventLog {
  return openEventLog({ path: sessionFiles(folder).events, segmentBytes }, createFakeClock(), {
    onEvent: () => undefined,
    onFlushed: () => undefined,
    onBroken(error) {
      throw error;
    },
  });
}

function segmentsOf(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith("events"));
}

async function seqs(events: AsyncIterable<SessionEvent>): Promise<number[]> {
  const found: number[] = [];
  for await (const event of events) found.push(event.seq);
  return found;
}

function range(after: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - after) }, (_, index) => after + index + 1);
}

async function readOn(reader: EventReader): Promise<number[]> {
  return seqs(reader.drain());
}

test("a reader that follows, and one from any offset, find each event once across segments", async () => {
  const turns = fc.array(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 5 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(turns, fc.integer({ min: 1, max: 2_000 }), fc.nat(80), async (batches, segmentBytes, after) => {
      const folder = await tempFolder("segments");
      const log = openLog(folder, segmentBytes);
      const follower = openEventReader(folder, 0);
      const late = openEventReader(folder, after);
      try {
        const followed: number[] = [];
        const found: number[] = [];
        for (const [turn, sizes] of batches.entries()) {
          for (const size of sizes) log.append({ kind: "notice", text: "é".repeat(size) });
          log.flush();
          followed.push(...(await readOn(follower)));
          if (turn % 3 === 0) found.push(...(await readOn(late)));
        }
        log.close();
        found.push(...(await readOn(late)));
        expect(followed).toEqual(range(0, log.lastSeq));
        expect(found).toEqual(range(after, log.lastSeq));
        expect(await seqs(readSessionEvents(folder, after))).toEqual(range(after, log.lastSeq));
        for (const name of segmentsOf(folder)) {
          expect(statSync(join(folder, name)).size).toBeLessThan(segmentBytes + 5 * (800 + OVERHEAD));
        }
      } finally {
        await follower.close();
        await late.close();
      }
    }),
    { numRuns: 60 },
  );
});

test("a supervisor that dies between two segments, or in the middle of a line, leaves what it wrote", async () => {
  const folder = await tempFolder("segments");
  const log = openLog(folder, 1);
  for (let count = 0; count < 3; count += 1) {
    log.append({ kind: "notice", text: "said" });
    log.flush();
  }
  log.close();
  expect(segmentsOf(folder)).toEqual(["events-2.jsonl", "events-3.jsonl", "events.jsonl"]);
  writeFileSync(join(folder, "events-4.jsonl"), "");
  expect(await seqs(readSessionEvents(folder, 0))).toEqual([1, 2, 3]);
  expect(await seqs(readSessionEvents(folder, 3))).toEqual([]);
  appendFileSync(join(folder, "events-4.jsonl"), '{"seq":4,"at":0,"ki');
  expect(await seqs(readSessionEvents(folder, 1))).toEqual([2, 3]);
});

test("a line that can't be read does not hide the segments after it", async () => {
  const folder = await tempFolder("segments");
  const { events } = sessionFiles(folder);
  const line = (seq: number): string => `${JSON.stringify({ seq, at: 0, kind: "notice", text: "said" })}\n`;
  writeFileSync(events, `${line(1)}no event\n`);
  writeFileSync(join(folder, "events-3.jsonl"), line(3));
  expect(await seqs(readSessionEvents(folder, 0))).toEqual([1, 3]);
});

test("a session of one file, and one without any, can be read", async () => {
  const folder = await tempFolder("segments");
  expect(await seqs(readSessionEvents(folder, 0))).toEqual([]);
  const { events } = sessionFiles(folder);
  writeFileSync(events, `${JSON.stringify({ seq: 1, at: 0, kind: "notice", text: "said" })}\n`);
  expect(await seqs(readSessionEvents(folder, 0))).toEqual([1]);
  expect(await seqs(readSessionEvents(join(folder, "nowhere"), 0))).toEqual([]);
});
