import { join } from "node:path";

import {
  internalTaskId,
  sessionIdOf,
  silentLogger,
  systemClock,
  systemRandom,
  type Sessions,
  type SessionSpec,
} from "@orch/core";
import { createSessions } from "@orch/sessions";

import { cleanEnvironment } from "../env.ts";
import { millis, type Measurement } from "../figure.ts";
import { project } from "../instant-engine.ts";
import { programs, runNode } from "../programs.ts";
import { inTurns } from "../timing.ts";

const ROUNDS = 11;

/** From the wish for a session to the first line that its program printed, through a supervisor of its own. */
export const supervisor: Measurement = {
  name: "supervisor",
  async measure(folder) {
    await using sessions = await createSessions({
      home: folder,
      supervisor: { argv: [process.execPath, ...programs.supervisor, join(folder, "cache")] },
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
    });
    const place = { cwd: folder, env: cleanEnvironment(folder) };
    const times = await inTurns(ROUNDS, {
      nothing: () => runNode(programs.nothing, place),
      session: (round) => untilFirstOutput(sessions, specOf(folder, round)),
    });
    return [
      {
        name: "supervisor, start to first output",
        ratio: times.session / times.nothing,
        yardstick: "node -e 0",
        seen: `${millis(times.session)}; node -e 0 ${millis(times.nothing)}`,
      },
    ];
  },
};

/** Starts a session, waits until its program has printed something, and ends it. */
export async function untilFirstOutput(sessions: Sessions, spec: SessionSpec): Promise<void> {
  const stop = new AbortController();
  await sessions.start(spec);
  for await (const event of sessions.follow(spec.id, { after: 0, signal: stop.signal })) {
    if (event.kind === "output" || event.kind === "exit") break;
  }
  stop.abort();
  await sessions.stop(spec.id, { mode: "kill", why: "measured" });
  await sessions.release(spec.id);
}

/** A session that prints a word, without a sandbox; each `round` is another one. */
export function specOf(folder: string, round: number): SessionSpec {
  const attempt = { project, id: internalTaskId(1), attempt: round + 1 };
  const id = sessionIdOf(attempt, "agent");
  return {
    id,
    attempt,
    purpose: "agent",
    folder: join(folder, "attempts", id),
    argv: ["echo", "hello"],
    cwd: folder,
    env: cleanEnvironment(folder),
    protocol: "raw",
    protocolOptions: null,
    sandbox: { mode: "none", write: [], hide: [], read: [], network: true },
    limits: { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 },
    host: "process",
  };
}
