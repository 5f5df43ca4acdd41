import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Scenario } from "../../model-server/index.ts";
import { waitFor } from "../../wait-for.ts";
import { outcomeOf, reporting, WELL, type ConformanceCase } from "./case.ts";
import { isAlive } from "./processes.ts";
import type { Running, Stage } from "./stage.ts";

const STEER = "Say it in Polish too:\ncześć 🎉";
/** A command that goes on until it is killed, and leaves word of its process. */
const LASTING = "echo $$ > pid.txt; exec tail -f /dev/null";
const thinkingForLong: Scenario = {
  turns: [
    [
      { do: "say", text: "I begin." },
      { do: "shell", command: "true" },
    ],
    [{ do: "silence" }],
  ],
};

/** Messages and interruptions while the agent works. */
export const steeringCases: readonly ConformanceCase[] = [
  {
    name: "takes a message in the middle of a turn, once",
    scenario: (gate) => ({
      turns: [
        [
          { do: "say", text: "I begin." },
          { do: "shell", command: "true" },
        ],
        [
          { do: "gate", name: gate },
          { do: "shell", command: "echo after the gate" },
        ],
        reporting(),
      ],
    }),
    expected: { ...WELL, first: "delivered", again: "delivered", reached: 1, shown: 1, turns: 1 },
    async play(stage) {
      const running = await stage.start();
      await stage.comesTo(1, running);
      let answered = false;
      const sending = running.send("m-1", STEER).finally(() => {
        answered = true;
      });
      // Who takes no messages says so at once.
      await running.line("the message", (line) => answered || line.kind === "input");
      stage.release();
      const first = await sending;
      const again = await running.send("m-1", STEER);
      const ended = await running.end;
      const { events } = ended;
      return {
        ...outcomeOf(ended),
        first: first.outcome,
        again: again.outcome,
        reached: (stage.requests().at(-1)?.text.split(STEER).length ?? 0) - 1,
        shown: events.filter((event) => event.type === "message:delivered" && event.messageId === "m-1").length,
        turns: events.filter((event) => event.type === "turn:started").length,
      };
    },
  },
  {
    name: "is interrupted while the model thinks",
    scenario: () => thinkingForLong,
    expected: { failure: "interrupted", report: "none", turn: "interrupted", cause: "stopped", model: "client-gone" },
    async play(stage) {
      const running = await stage.start();
      await stage.comesTo(1, running);
      const facts = await interrupt(stage, running);
      const asked = () => stage.requests().find(({ turn }) => turn === 1);
      await waitFor("the end of the request", () => asked()?.outcome !== "pending");
      return { ...facts, model: asked()?.outcome ?? "not asked" };
    },
  },
  {
    name: "takes up no message that waits when orch ends the run",
    // Whoever goes on all the same is ended by a signal.
    scenario: () => ({ turns: [...(thinkingForLong.turns ?? []), [{ do: "shell", command: LASTING }]] }),
    expected: { failure: "failed", report: "none", turn: "interrupted", cause: "budget", signal: "none", turns: 1 },
    async play({ bench, comesTo, start }) {
      const running = await start();
      await comesTo(1, running);
      let answered = false;
      const sending = running.send("m-1", STEER).finally(() => {
        answered = true;
      });
      await running.line("the message", (line) => answered || line.kind === "input");
      await bench.sessions.stop(running.session, { mode: "interrupt", why: "used up", cause: "budget" });
      const ended = await running.end;
      await sending;
      const turns = ended.events.filter((event) => event.type === "turn:started").length;
      return { ...outcomeOf(ended), signal: ended.exit.signal ?? "none", turns };
    },
  },
  {
    name: "is interrupted while a command runs, and the command ends",
    scenario: () => ({ turns: [[{ do: "shell", command: LASTING }], reporting()] }),
    expected: { failure: "interrupted", report: "none", turn: "interrupted", cause: "stopped", command: "ended" },
    async play(stage) {
      const running = await stage.start();
      const pid = await pidIn(join(stage.repository.path, "pid.txt"));
      const facts = await interrupt(stage, running);
      return { ...facts, command: isAlive(pid) ? "goes on" : "ended" };
    },
  },
];

async function interrupt({ bench }: Stage, running: Running): Promise<ReturnType<typeof outcomeOf>> {
  await bench.sessions.stop(running.session, { mode: "interrupt", why: "enough" });
  return outcomeOf(await running.end);
}

/** Waits for a process id in a file. */
export function pidIn(file: string): Promise<number> {
  return waitFor(`a process id in ${file}`, async () => {
    const pid = Number(await readFile(file, "utf8").catch(() => ""));
    return pid > 0 ? pid : undefined;
  });
}
