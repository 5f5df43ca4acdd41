import { join } from "node:path";

import { silentLogger, systemClock, systemRandom, type SandboxBackend, type SandboxRules } from "@orch/core";
import { checkSandboxes, createSessions } from "@orch/sessions";

import { millis, type Figure, type Measurement } from "../figure.ts";
import { programs } from "../programs.ts";
import { inTurns } from "../timing.ts";
import { specOf, untilFirstOutput } from "./supervisor.ts";

const ROUNDS = 7;

/**
 * What a sandbox adds to the start of a session, its canaries included: the same wish for a session, without one and
 * with each that works on this machine.
 */
export const sandbox: Measurement = {
  name: "sandbox",
  async measure(folder) {
    const checks = await checkSandboxes();
    await using sessions = await createSessions({
      home: folder,
      supervisor: { argv: [process.execPath, ...programs.supervisor, join(folder, "cache")] },
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
    });
    const start = (mode: SandboxBackend, attempt: number): Promise<void> =>
      untilFirstOutput(sessions, { ...specOf(folder, attempt), sandbox: rulesOf(mode, folder) });
    const figures: Figure[] = [];
    for (const [index, mode] of (["bwrap", "srt"] as const).filter((each) => checks[each].works).entries()) {
      const first = index * 4 * ROUNDS;
      const times = await inTurns(ROUNDS, {
        none: (round) => start("none", first + 2 * round),
        confined: (round) => start(mode, first + 2 * round + 1),
      });
      figures.push({
        name: `session in ${mode}, start to first output`,
        ratio: times.confined / times.none,
        yardstick: "the same session without a sandbox",
        seen: `${millis(times.confined)}; without ${millis(times.none)}`,
      });
    }
    return figures;
  },
};

function rulesOf(mode: SandboxBackend, folder: string): SandboxRules {
  const egress = { allow: ["api.example.com"], endpoints: [] };
  return { mode, write: [], hide: [], read: [folder], network: true, egress };
}
