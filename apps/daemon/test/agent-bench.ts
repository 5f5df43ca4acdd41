import { delimiter, join } from "node:path";

import { createDrivers } from "@orch/agents";
import { silentLogger, systemClock, systemRandom, type AgentDriver, type Sessions } from "@orch/core";
import { createSessions } from "@orch/sessions";
import { tempFolder } from "@orch/testing";
import { onTestFinished } from "vitest";

const SUPERVISOR = join(import.meta.dirname, "../dist/supervisor-main.mjs");
/** Shared by all runs, as a daemon's is by all its sessions: a supervisor that has to be compiled starts slowly. */
const COMPILED = join(import.meta.dirname, "../../../.cache/node");

/** A driver of this name, and sessions under the daemon's own supervisor; whatever runs after the test is killed. */
export async function openAgentBench(name: string): Promise<{ driver: AgentDriver; sessions: Sessions }> {
  const home = await tempFolder("orch-agents");
  const driver = createDrivers({ path: (process.env["PATH"] ?? "").split(delimiter), home })[name];
  if (driver === undefined) throw new Error(`there is no driver ${name}`);
  const sessions = await createSessions({
    home,
    supervisor: { argv: [process.execPath, SUPERVISOR, COMPILED] },
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  });
  onTestFinished(async () => {
    const live = await sessions.list();
    await Promise.all(live.map(({ id }) => sessions.stop(id, { mode: "kill", why: "the test is over" })));
    await sessions[Symbol.asyncDispose]();
  });
  return { driver, sessions };
}
