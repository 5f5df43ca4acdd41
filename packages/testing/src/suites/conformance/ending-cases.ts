import { join } from "node:path";

import { outcomeOf, reporting, type ConformanceCase } from "./case.ts";
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
    name: "makes no success of an exit without a result",
    scenario: () => THINKS_FOR_LONG,
    expected: { failed: true, report: "none", turn: "none" },
    async play(stage) {
      const running = await stage.start();
      await stage.request(({ turn }) => turn === 1);
      await signalAgent(running, "SIGINT");
      return endOf(await running.end);
    },
  },
  {
    name: "makes no success of a kill",
    scenario: () => THINKS_FOR_LONG,
    expected: { failed: true, report: "none", turn: "none", signal: "SIGKILL", left: 0 },
    async play(stage) {
      const running = await stage.start();
      await stage.request(({ turn }) => turn === 1);
      await signalAgent(running, "SIGKILL");
      const ended = await running.end;
      const left = (await running.processes()).length;
      return { ...endOf(ended), signal: ended.exit.signal ?? "none", left };
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

function endOf(ended: Ended): { failed: boolean; report: string; turn: string } {
  const { failure, report, turn } = outcomeOf(ended);
  return { failed: failure !== "none", report, turn };
}
