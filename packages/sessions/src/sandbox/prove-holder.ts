import { spawn, type SpawnOptions } from "node:child_process";

import { systemClock, type Enclosure, type ProcessHolder, type Random } from "@orch/core";

import { findGroupPlace } from "../processes/control-group.ts";
import { findHolder, openTaskLimit, type TaskLimit } from "../supervisor/task-limit.ts";

const ALLOWED = 64;
const TRIED = 128;
const PATIENCE_MS = 10_000;

/** The whole program that tries to have too many processes; it prints how many it got. */
const PROGRAM = `
const { spawn } = require("node:child_process");
const all = [];
while (all.length < ${TRIED}) {
  const child = spawn("/bin/sh", ["-c", "read -r never"], { stdio: ["pipe", "ignore", "ignore"] });
  child.on("error", () => undefined);
  if (child.pid === undefined) break;
  all.push(child);
}
for (const child of all) child.kill("SIGKILL");
process.stdout.write(String(all.length));
process.exit(0);
`;

/** What holds the number of processes in an enclosure, and why nothing stronger does; absent: nothing is stronger. */
export interface HolderProof {
  readonly holder: ProcessHolder;
  readonly why?: string;
}

/** Tries what holds the number of processes in `enclosure`: whoever does not is not said to. Takes as long as Node does to start. */
export async function proveHolder(enclosure: Enclosure, cwd: string, random: Random): Promise<HolderProof> {
  const holder = findHolder(findGroupPlace(), enclosure.confinement.sandbox);
  if (holder.kind === "count") return { holder: "count", why: holder.why };
  const limit = openTaskLimit(holder, { nonce: `proof-${random.token(8)}`, tasks: ALLOWED });
  try {
    const inside = enclosure.command(limit.inside([process.execPath, "-e", PROGRAM]));
    const started = await runIn(inside.argv, { cwd, env: inside.env, start: (start) => limit.start(start) });
    if (started > 0 && started < ALLOWED) {
      return holder.kind === "cgroup" ? { holder: "cgroup" } : { holder: "namespace", why: holder.why };
    }
    const tried = started === 0 ? "could not be tried" : `let ${started} processes start where ${ALLOWED} are allowed`;
    return { holder: "count", why: `the kernel's limit (${holder.kind}) ${tried}` };
  } finally {
    await limit.close(systemClock);
  }
}

function runIn(
  [program = "", ...args]: readonly string[],
  {
    start,
    ...place
  }: Pick<TaskLimit, "start"> & { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<number> {
  // A sandbox reports on the fourth.
  const stdio = ["ignore", "pipe", "ignore", "pipe"] as const;
  const options: SpawnOptions = { ...place, stdio: [...stdio], timeout: PATIENCE_MS, killSignal: "SIGKILL" };
  return new Promise((resolve) => {
    let text = "";
    const child = start(() => spawn(program, args, options));
    child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stdio[3]?.on("error", () => undefined);
    child.on("error", () => resolve(0));
    child.on("close", () => resolve(Number(text)));
  });
}
