import type { Clock, SecretFinding, Timer } from "@orch/core";

import { startThread, type RedactionThread } from "./redaction-thread.ts";
import type { SecretRule } from "./secret-rules.ts";
import type { Settled } from "./settle.ts";
import type { FromWorker, Lesson, Question } from "./worker-messages.ts";

/** A machine that is busy with other things lets a thread wait for seconds; the text itself takes milliseconds. */
const PATIENCE_MS = 2_000;
const PATIENCE_PER_64_KIB_MS = 250;
const IDLE_MS = 60_000;
const UNIT = 64 * 1024;

/** A thread that judges texts, and is replaced when it takes too long. */
export interface RedactionWorker extends AsyncDisposable {
  learn(secrets: readonly string[]): void;
  use(patterns: readonly SecretRule[]): void;
  /** Undefined: the text could not be judged in its time. */
  find(text: string): Promise<readonly SecretFinding[] | undefined>;
  /** The same for a part of a text that goes on. */
  settle(question: Extract<Question, { kind: "settle" }>): Promise<Settled | undefined>;
}

/** How long a text may take: milliseconds for so many UTF-16 units. */
export type RedactionBudget = (units: number) => number;

/** What a worker is opened with. */
export interface RedactionWorkerOptions {
  readonly clock: Clock;
  /** Absent: two seconds, and a quarter of one for every 64 Ki units. */
  readonly budget?: RedactionBudget;
}

interface Waiting {
  readonly id: number;
  readonly question: Question;
  readonly answered: (answer: FromWorker | undefined) => void;
}

/**
 * Opens a worker. Its thread starts with the first question and ends when nothing was asked for a minute. One text is
 * judged after the other; one that takes longer than its budget ends the thread and is answered with nothing, and those
 * that waited behind it are judged by the next.
 */
export function openRedactionWorker({ clock, budget = usualBudget }: RedactionWorkerOptions): RedactionWorker {
  const known = new Set<string>();
  let patterns: readonly SecretRule[] = [];
  const line = openLine({ clock, budget, lessons: () => [learning([...known]), using(patterns)] });
  return {
    learn(secrets) {
      for (const secret of secrets) known.add(secret);
      line.teach(learning(secrets));
    },
    use(rules) {
      // A second look can't be sent to another thread; without it more is hidden, never less.
      patterns = rules.map(({ accept: _, ...rule }) => rule);
      line.teach(using(patterns));
    },
    find: async (text) => (await line.ask({ kind: "find", text }))?.findings,
    settle: async (question) => (await line.ask(question))?.settled,
    [Symbol.asyncDispose]: () => line.close(),
  };
}

/** Questions in a line before a thread that is there when it is needed. */
interface Line {
  teach(lesson: Lesson): void;
  ask(question: Question): Promise<FromWorker | undefined>;
  close(): Promise<void>;
}

function openLine({
  clock,
  budget,
  lessons,
}: Required<RedactionWorkerOptions> & { readonly lessons: () => readonly Lesson[] }): Line {
  const waiting: Waiting[] = [];
  let thread: RedactionThread | undefined;
  let timer: Timer | undefined;
  let count = 0;
  let closed = false;

  function running(): RedactionThread {
    if (thread !== undefined) return thread;
    const next = startThread({ answer: hear, broken: giveUp });
    for (const lesson of lessons()) next.teach(lesson);
    return (thread = next);
  }

  function hear(answer: FromWorker): void {
    waiting.shift()?.answered(answer);
    watch();
  }

  /** The first that waits is to blame: nothing else is judged meanwhile. */
  function giveUp(): void {
    endThread();
    waiting.shift()?.answered(undefined);
    for (const { id, question } of waiting) running().ask(id, question);
    watch();
  }

  function endThread(): void {
    void thread?.end();
    thread = undefined;
  }

  function watch(): void {
    timer?.cancel();
    const [first] = waiting;
    timer =
      first === undefined ? clock.after(IDLE_MS, endThread) : clock.after(budget(lengthOf(first.question)), giveUp);
  }

  return {
    teach: (lesson) => thread?.teach(lesson),
    ask(question) {
      if (closed) return Promise.resolve(undefined);
      count += 1;
      const id = count;
      return new Promise((answered) => {
        waiting.push({ id, question, answered });
        running().ask(id, question);
        if (waiting.length === 1) watch();
      });
    },
    async close() {
      closed = true;
      timer?.cancel();
      const last = thread;
      endThread();
      for (const { answered } of waiting.splice(0)) answered(undefined);
      await last?.end();
    },
  };
}

function learning(secrets: readonly string[]): Lesson {
  return { kind: "learn", secrets };
}

function using(patterns: readonly SecretRule[]): Lesson {
  return { kind: "use", patterns };
}

function usualBudget(units: number): number {
  return PATIENCE_MS + Math.ceil(units / UNIT) * PATIENCE_PER_64_KIB_MS;
}

function lengthOf(question: Question): number {
  return question.kind === "find" ? question.text.length : question.held.text.length;
}
