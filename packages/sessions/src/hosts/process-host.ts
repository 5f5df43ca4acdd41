import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

import { orchError } from "@orch/core";

import { sessionFiles } from "../files/session-files.ts";
import type { Host, StartedSupervisor, StartRequest } from "./host.ts";

/** The host that works everywhere: a detached process without a terminal. */
export function createProcessHost(): Host {
  return {
    start: startDetached,
    release: () => Promise.resolve(),
    attachCommand: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
}

async function startDetached({ folder, argv }: StartRequest): Promise<StartedSupervisor> {
  const [program = "", ...args] = argv;
  const log = openSync(sessionFiles(folder).supervisor, "a", 0o600);
  try {
    const child = spawn(program, args, { cwd: folder, detached: true, stdio: ["ignore", log, log] });
    await new Promise<void>((done, fail) => {
      child.once("spawn", done);
      child.once("error", fail);
    });
    child.unref();
    return { isThere: () => Promise.resolve(child.exitCode === null && child.signalCode === null) };
  } catch (error) {
    throw orchError("session_failed", `the supervisor ${program} can't be started`, { cause: error });
  } finally {
    closeSync(log);
  }
}
