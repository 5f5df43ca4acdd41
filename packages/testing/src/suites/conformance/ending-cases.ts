import { join } from "node:path";

import { waitFor } from "../../wait-for.ts";
import { outcomeOf, reporting, usageOf, WELL, type ConformanceCase } from "./case.ts";
import { isAlive } from "./processes.ts";
import type { Ended, Running } from "./stage.ts";
import { pidIn } from "./steering-cases.ts";

const THINKS_FOR_LONG = {
  turns: [
    [
      { do: "say", text: "I begin." },
      { do: "shell", command: "true" },
    ],
    [{ do: "silence" }],
  ],
} as const;
/** Leaves a process behind that neither a signal to the group nor a closed terminal reaches. */
const LEAVE_CHILD = "setsid sh -c 'echo $$ > pid.txt; exec tail -f /dev/null' > /dev/null 2>&1 < /dev/null &";

/** Ends that nobody planned. */
export const endingCases: readonly ConformanceCase[] = [
  {
    name: "goes on with its conversation after a kill",
    // Some agents put a reply of their own in the place of the one that was cut off.
    scenario: () => ({ turns: [...THINKS_FOR_LONG.turns, reporting()], end: reporting(), tokens: 1000 }),
    expected: { ...WELL, same: true, remembers: true, hears: true, usage: "1000 in, 1000 out" },
    async play(stage) {
      const first = await stage.start({ message: "Remember the word walrus." });
      await stage.comesTo(1, first);
      await signalAgent(first, "SIGKILL");
      const session = sessionOf(await first.end);
      const ended = await stage.run({ message: "Go on, please.", resume: { session, folder: first.folder } });
      const asked = stage.requests().at(-1)?.text ?? "";
      return {
        ...outcomeOf(ended),
        same: sessionOf(ended) === session,
        remembers: asked.includes("the word walrus") && asked.includes("I begin."),
        hears: asked.includes("Go on, please."),
        usage: usageOf(ended),
      };
    },
  },
  {
    name: "makes no success of an exit without a result",
    scenario: () => THINKS_FOR_LONG,
    expected: { failed: true, report: "none", completed: false },
    async play(stage) {
      const running = await stage.start();
      await stage.comesTo(1, running);
      await signalAgent(running, "SIGINT");
      return endOf(await running.end);
    },
  },
  {
    name: "makes no success of a kill",
    scenario: () => THINKS_FOR_LONG,
    expected: { failed: true, report: "none", completed: false, signal: "SIGKILL", leaves: "nothing" },
    async play(stage) {
      const running = await stage.start();
      await stage.comesTo(1, running);
      await signalAgent(running, "SIGKILL");
      const ended = await running.end;
      const gone = async (): Promise<boolean> => (await running.processes()).length === 0;
      const leaves = await waitFor("what it had started to end", gone).then(
        () => "nothing",
        () => "processes",
      );
      return { ...endOf(ended), signal: ended.exit.signal ?? "none", leaves };
    },
  },
  {
    name: "counts and ends a child that outlives it",
    scenario: () => ({ turns: [[{ do: "shell", command: LEAVE_CHILD }], reporting()] }),
    expected: { report: "done", turn: "completed", survivors: true, child: "ended" },
    async play({ repository, run }) {
      const ended = await run();
      const pid = await pidIn(join(repository.path, "pid.txt"));
      const { report, turn } = outcomeOf(ended);
      return { report, turn, survivors: ended.exit.survivors > 0, child: isAlive(pid) ? "goes on" : "ended" };
    },
  },
];

async function signalAgent(running: Running, signal: NodeJS.Signals): Promise<void> {
  const [agent] = await running.processes();
  if (agent === undefined) throw new Error("the agent has no process");
  process.kill(agent, signal);
}

function sessionOf({ events }: Ended): string {
  return events.find((event) => event.type === "session:ready")?.agentSession ?? "";
}

function endOf(ended: Ended): { failed: boolean; report: string; completed: boolean } {
  const { failure, report, turn } = outcomeOf(ended);
  return { failed: failure !== "none", report, completed: turn === "completed" };
}
