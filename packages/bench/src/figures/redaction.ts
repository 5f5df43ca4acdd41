import { createRedactor } from "@orch/security";
import { agentLog } from "@orch/testing";

import { millis, type Measurement } from "../figure.ts";
import { inTurns } from "../timing.ts";

const BYTES = 10 * 1024 * 1024;
const PIECE = 2048;
const ROUNDS = 5;

/** Hiding secrets in 10 MiB of an agent's log, as a whole and as a stream, against splitting it into lines. */
export const redaction: Measurement = {
  name: "redaction",
  async measure() {
    const log = agentLog(BYTES);
    const redactor = createRedactor({ secrets: ["correct horse battery"] });
    const times = await inTurns(ROUNDS, {
      plain: () => log.split("\n").length,
      whole: () => redactor.redact(log),
      async stream() {
        const stream = redactor.stream();
        for (let from = 0; from < log.length; from += PIECE) await stream.push(log.slice(from, from + PIECE));
        await stream.end();
      },
    });
    const yardstick = "splitting it into lines";
    const figure = (name: string, time: number): Awaited<ReturnType<Measurement["measure"]>>[number] => ({
      name,
      ratio: time / times.plain,
      yardstick,
      seen: `${millis(time)}; ${yardstick} ${millis(times.plain)}`,
    });
    return [figure("redaction of 10 MiB", times.whole), figure("redaction of 10 MiB in pieces of 2 kB", times.stream)];
  },
};
