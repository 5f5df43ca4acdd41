import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

import { orchError } from "@orch/core";

import { addTally, noTally, type Seeds, type Tally } from "./seeds.ts";

/** What a thread tells: a text to print, or its result. */
export type Told = { readonly text: string } | { readonly tally: Tally };

/** Simulates `seeds` seeds from `from` on, on all processors; `say` is told what went wrong as soon as it is known. */
export async function runSeeds(
  wish: { readonly from: number; readonly seeds: number; readonly bug: Seeds["bug"]; readonly trace: boolean },
  say: (text: string) => void,
): Promise<Tally> {
  const { from, bug } = wish;
  const end = from + wish.seeds;
  const threads = Math.max(1, Math.min(availableParallelism(), wish.seeds));
  let trace: Seeds["trace"] = "none";
  if (wish.trace) trace = wish.seeds === 1 ? "all" : "wrong";
  const tallies = await Promise.all(
    Array.from({ length: threads }, (_, index) =>
      inThread({ from: from + index, step: threads, end, bug, trace }, say),
    ),
  );
  return tallies.reduce(addTally, noTally);
}

async function inThread(seeds: Seeds, say: (text: string) => void): Promise<Tally> {
  const thread = new Worker(new URL("./seeds-thread-main.ts", import.meta.url), { workerData: seeds });
  let tally: Tally | undefined;
  thread.on("message", (told: Told) => {
    if ("text" in told) say(told.text);
    else ({ tally } = told);
  });
  // Rejects with what the thread threw.
  await once(thread, "exit");
  if (tally === undefined) throw orchError("internal", "a thread of the simulation ended without a result");
  return tally;
}
