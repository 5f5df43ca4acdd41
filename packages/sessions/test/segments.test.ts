import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import type { Sessions, SessionSpec } from "@orch/core";
import { expect, test } from "vitest";

import { readSessionEvents } from "../src/index.ts";
import { openBench } from "./bench.ts";

const forever = new AbortController().signal;
const MEBIBYTE = 1024 * 1024;
const FLOOD = 20 * MEBIBYTE;
const LONG_MS = 60_000;

function segmentsOf({ folder }: SessionSpec): readonly string[] {
  return readdirSync(folder).filter((name) => /^events.*\.jsonl$/u.test(name));
}

/** Follows in sittings of `sitting` events, each from where the one before it ended. */
async function followInSittings(
  { follow }: Pick<Sessions, "follow">,
  spec: SessionSpec,
  sitting: number,
): Promise<{ readonly seqs: readonly number[]; readonly bytes: number }> {
  const seqs: number[] = [];
  let bytes = 0;
  for (let ended = false; !ended;) {
    let left = sitting;
    for await (const event of follow(spec.id, { after: seqs.at(-1) ?? 0, signal: forever })) {
      seqs.push(event.seq);
      if (event.kind === "output") bytes += event.text.length;
      ended = event.kind === "exit";
      left -= 1;
      if (left === 0) break;
    }
  }
  return { seqs, bytes };
}

function upTo(last: number, after = 0): readonly number[] {
  return Array.from({ length: last - after }, (_, index) => after + index + 1);
}

test("viewers that come, go and stay see each event once while segments turn over", { timeout: LONG_MS }, async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("flood", String(FLOOD)));
  await bench.sessions.start(spec);
  const sittings = [Number.MAX_SAFE_INTEGER, 7, 100];
  const viewers = await Promise.all(sittings.map((sitting) => followInSittings(bench.sessions, spec, sitting)));
  const end = await bench.sessions.wait(spec.id, forever);
  const lastSeq = end.state === "exited" ? end.exit.lastSeq : 0;
  for (const { seqs, bytes } of viewers) {
    expect(seqs).toEqual(upTo(lastSeq));
    expect(bytes).toBe(FLOOD);
  }
  expect(segmentsOf(spec).length).toBeGreaterThan(3);
  for (const name of segmentsOf(spec)) expect(statSync(join(spec.folder, name)).size).toBeLessThan(6 * MEBIBYTE);
  const middle = Math.floor(lastSeq / 2);
  const later: number[] = [];
  for await (const event of readSessionEvents(spec.folder, middle)) later.push(event.seq);
  expect(later).toEqual(upTo(lastSeq, middle));
});

test("a supervisor that is killed among its segments leaves them without a gap", { timeout: LONG_MS }, async () => {
  const bench = await openBench("process");
  const spec = bench.spec(bench.actor("deluge", String(100 * MEBIBYTE)));
  await bench.sessions.start(spec);
  const probe = await bench.sessions.probe(spec.id);
  const seen: number[] = [];
  let killed = false;
  for await (const event of bench.sessions.follow(spec.id, { after: 0, signal: forever })) {
    seen.push(event.seq);
    if (killed || probe.state !== "running" || segmentsOf(spec).length < 3) continue;
    killed = process.kill(probe.pid, "SIGKILL");
  }
  expect(killed).toBe(true);
  expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ state: "lost" });
  expect(seen).toEqual(upTo(seen.length));
  const kept: number[] = [];
  for await (const event of readSessionEvents(spec.folder, 0)) kept.push(event.seq);
  expect(kept).toEqual(seen);
});
