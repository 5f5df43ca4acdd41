import { Worker } from "node:worker_threads";

import type { FromWorker, Lesson, Question, ToWorker } from "./worker-messages.ts";

/** A thread that judges texts one after the other. */
export interface RedactionThread {
  teach(lesson: Lesson): void;
  ask(id: number, question: Question): void;
  /** Whatever it is doing. Nothing is heard of it afterwards. */
  end(): Promise<void>;
}

/** Starts a thread. It keeps no process alive that has nothing else to do. */
export function startThread(on: {
  readonly answer: (answer: FromWorker) => void;
  readonly broken: () => void;
}): RedactionThread {
  const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".mjs";
  const worker = new Worker(new URL(`./redaction-worker-main${extension}`, import.meta.url), { env: {} });
  worker.unref();
  worker.on("message", on.answer);
  worker.on("error", on.broken);
  const tell = (message: ToWorker): void => worker.postMessage(message);
  return {
    teach: tell,
    ask: (id, question) => tell({ kind: "ask", id, question }),
    async end() {
      worker.removeAllListeners();
      // It can't tell of anything any more, but an error without a listener would end the process.
      worker.on("error", () => undefined);
      await worker.terminate();
    },
  };
}
