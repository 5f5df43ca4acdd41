import { totalmem } from "node:os";

import type { Clock, RunLimits, SessionLoad, Timer } from "@orch/core";

import type { Census } from "../processes/census.ts";
import { findTool } from "../sandbox/find-tool.ts";
import type { TaskLimit } from "./task-limit.ts";

const LOOK_MS = 2_000;
/** How often it looks while a quarter of a quota is in use: a program that only forks needs a second for thousands. */
const SOON_MS = 250;
const DEFAULT_SHARE = 0.75;
const MEBIBYTE = 1024 * 1024;

/** The quotas of a running session's processes (SECURITY D16). */
export interface QuotaWatch {
  /** What the last look found; undefined before the first. */
  readonly now: SessionLoad | undefined;
  /** The most of each that was found; undefined before the first look. */
  readonly peak: SessionLoad | undefined;
  close(): void;
}

/** What watching quotas works with. */
export interface QuotaParts {
  readonly clock: Clock;
  readonly look: () => Census;
  /** What the kernel holds the session to beside its quotas. */
  readonly kernel: Pick<TaskLimit, "tasks" | "refused">;
  /** Called once, with the first quota that is passed. */
  readonly exceeded: (detail: string) => void;
}

/** Looks at once, and then every two seconds, or four times a second while much is in use. */
export function watchQuotas(limits: RunLimits, { clock, look, kernel, exceeded }: QuotaParts): QuotaWatch {
  const bounds = boundsOf(limits);
  let now: SessionLoad | undefined;
  let peak: SessionLoad | undefined;
  let timer: Timer | undefined;

  function check(): void {
    const { tasks, ...found } = look();
    now = found;
    peak = {
      processes: Math.max(found.processes, peak?.processes ?? 0),
      memoryBytes: Math.max(found.memoryBytes, peak?.memoryBytes ?? 0),
    };
    const passed = passedBy(found, bounds) ?? kernel.refused() ?? crowdOf(tasks, kernel.tasks);
    if (passed !== undefined) return exceeded(passed);
    const much = found.processes > bounds.processes / 4 || found.memoryBytes > bounds.memoryBytes / 4;
    timer = clock.after(much ? SOON_MS : LOOK_MS, check);
  }

  check();
  return {
    get now() {
      return now;
    },
    get peak() {
      return peak;
    },
    close: () => timer?.cancel(),
  };
}

/** A command under the session's limit for one file; as it is where there is none, or `prlimit` is not installed. */
export function withFileQuota(argv: readonly string[], { fileBytes = 0 }: RunLimits): readonly string[] {
  const prlimit = fileBytes === 0 ? undefined : findTool("prlimit");
  return prlimit === undefined ? argv : [prlimit, `--fsize=${fileBytes}`, "--", ...argv];
}

/** The quotas of a session in figures; without one, infinite. */
export function boundsOf({ memoryBytes, processes = 0 }: RunLimits): SessionLoad {
  return {
    processes: processes === 0 ? Number.POSITIVE_INFINITY : processes,
    memoryBytes: memoryBytes === 0 ? totalmem() * DEFAULT_SHARE : (memoryBytes ?? Number.POSITIVE_INFINITY),
  };
}

function passedBy({ processes, memoryBytes }: SessionLoad, bounds: SessionLoad): string | undefined {
  if (processes > bounds.processes) return `It had ${processes} processes; ${bounds.processes} are allowed.`;
  if (memoryBytes <= bounds.memoryBytes) return undefined;
  return `It held ${mebibytes(memoryBytes)} of memory; ${mebibytes(bounds.memoryBytes)} are allowed.`;
}

/** The kernel tells of no refusal by user namespace: who has all that it may have was refused more, or soon will be. */
function crowdOf(tasks: number, most = Number.POSITIVE_INFINITY): string | undefined {
  return tasks < most ? undefined : `It had ${tasks} processes and threads; the system allows it ${most}.`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / MEBIBYTE)} MiB`;
}
