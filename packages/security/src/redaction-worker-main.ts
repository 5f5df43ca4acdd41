// Judges texts in a thread of its own: started by `openRedactionWorker`, told by messages, one answer to each question.
import { parentPort } from "node:worker_threads";

import { createKnownValues } from "./known-values.ts";
import type { SecretRule } from "./secret-rules.ts";
import { findAll, settle, type Judge } from "./settle.ts";
import type { FromWorker, Question, ToWorker } from "./worker-messages.ts";

const known = createKnownValues();
let patterns: readonly SecretRule[] = [];
const judge: Judge = {
  known,
  get patterns() {
    return patterns;
  },
};

parentPort?.on("message", (message: ToWorker) => {
  if (message.kind === "learn") known.add(message.secrets);
  else if (message.kind === "use") ({ patterns } = message);
  else parentPort?.postMessage({ id: message.id, ...answer(message.question) } satisfies FromWorker);
});

function answer(question: Question): Omit<FromWorker, "id"> {
  try {
    return question.kind === "find"
      ? { findings: findAll(judge, question.text) }
      : { settled: settle(judge, question.held, question.when) };
  } catch {
    // Whoever asked withholds the text.
    return {};
  }
}
