// A thread of `pnpm sim`: simulates its share of the seeds.
import { parentPort, workerData } from "node:worker_threads";

import type { Told } from "./run-seeds.ts";
import { simulateSeeds, type Seeds } from "./seeds.ts";

const tell = (told: Told): void => parentPort?.postMessage(told);
tell({ tally: await simulateSeeds(workerData as Seeds, (text) => tell({ text })) });
