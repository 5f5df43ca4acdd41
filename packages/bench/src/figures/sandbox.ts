import { join } from "node:path";

import {
  silentLogger,
  systemClock,
  systemRandom,
  type SandboxBackend,
  type SandboxRules,
  type Sessions,
  type SessionSpec,
} from "@orch/core";
import { checkSandboxes, createSessions, proveSandbox } from "@orch/sessions";

import { cleanEnvironment } from "../env.ts";
import { megabytes, millis, type Figure, type Measurement } from "../figure.ts";
import { hasProc, privateBytes, treeOf } from "../process-usage.ts";
import { programs, runNode } from "../programs.ts";
import { inTurns } from "../timing.ts";
import { specOf, untilFirstOutput } from "./supervisor.ts";

const ROUNDS = 7;
/** Beyond the rounds, so that no session has the number of another. */
const FIRST_IDLE = 1_000;

/**
 * What a sandbox adds to a session, its canaries included: to its start and to its memory, without one and with each
 * that works on this machine; and how long it takes to prove one.
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
      figures.push(await proof(mode, folder));
      const idle = (each: SandboxBackend, number: number): Promise<number> =>
        memoryOf(sessions, { ...specOf(folder, FIRST_IDLE + number), argv: SLEEPS, sandbox: rulesOf(each, folder) });
      if (hasProc)
        figures.push(memory(mode, { none: await idle("none", 2 * index), confined: await idle(mode, 2 * index + 1) }));
    }
    return figures;
  },
};

const SLEEPS = ["sh", "-c", "echo ready; exec sleep 60"];

async function proof(mode: SandboxBackend, folder: string): Promise<Figure> {
  const place = { cwd: folder, env: cleanEnvironment(folder) };
  const times = await inTurns(ROUNDS, {
    nothing: () => runNode(programs.nothing, place),
    proof: () => proveSandbox(mode, systemRandom),
  });
  return {
    name: `proof of ${mode}`,
    ratio: times.proof / times.nothing,
    yardstick: "node -e 0",
    seen: `${millis(times.proof)}; node -e 0 ${millis(times.nothing)}`,
  };
}

function memory(mode: SandboxBackend, bytes: { readonly none: number; readonly confined: number }): Figure {
  return {
    name: `memory of a session in ${mode}`,
    ratio: bytes.confined / bytes.none,
    yardstick: "the same session without a sandbox",
    seen: `${megabytes(bytes.confined)}, all processes of it; without ${megabytes(bytes.none)}`,
  };
}

/** Bytes that the processes of an idle session share with no other: its supervisor, the sandbox's helpers, a shell. */
async function memoryOf(sessions: Sessions, spec: SessionSpec): Promise<number> {
  const stop = new AbortController();
  await sessions.start(spec);
  for await (const event of sessions.follow(spec.id, { after: 0, signal: stop.signal })) {
    if (event.kind === "output" || event.kind === "exit") stop.abort();
  }
  const bytes = privateBytes(treeOf(spec.folder));
  await sessions.stop(spec.id, { mode: "kill", why: "measured" });
  await sessions.release(spec.id);
  return bytes;
}

function rulesOf(mode: SandboxBackend, folder: string): SandboxRules {
  const egress = { allow: ["api.example.com"], endpoints: [] };
  return { mode, write: [], hide: [], read: [folder], network: true, egress };
}
