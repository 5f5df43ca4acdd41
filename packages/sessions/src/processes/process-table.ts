import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** One living process. Zombies are not living. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** When it started, comparable on one machine only, and different after a reboot. */
  readonly started: string;
}

const onLinux = process.platform === "linux";
let boot: string | undefined;

/** The row of one process; undefined when there is none of that number, or only its zombie. */
export function findProcess(pid: number): ProcessRow | undefined {
  if (onLinux) return readRow(pid);
  return readPs(["-o", "pid=,ppid=,pgid=,stat=,lstart=", "-p", String(pid)])[0];
}

/** Every living process that can be seen. */
export function listProcesses(): readonly ProcessRow[] {
  if (!onLinux) return readPs(["-axo", "pid=,ppid=,pgid=,stat=,lstart="]);
  const rows: ProcessRow[] = [];
  for (const name of readdirSync("/proc")) {
    const row = /^\d+$/.test(name) ? readRow(Number(name)) : undefined;
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

/** True when `entry` (`NAME=value`) is in the environment that the process was started with. */
export function hasEnvironment(pid: number, entry: string): boolean {
  if (onLinux) return `\0${readText(`/proc/${pid}/environ`)}`.includes(`\0${entry}\0`);
  const shown = spawnSync("ps", ["-Eww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  return ` ${shown.stdout.trimEnd()} `.includes(` ${entry} `);
}

/** The command line of a process, comparable on one machine only; empty when it is gone or may not be seen. */
export function commandLineOf(pid: number): string {
  if (onLinux) return readText(`/proc/${pid}/cmdline`);
  return spawnSync("ps", ["-ww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" }).stdout.trimEnd();
}

/**
 * Bytes of memory that a process holds for itself, and its threads; undefined when there is none of that number, or only
 * its zombie. On Linux what it shares with others, such as libraries, is left out; elsewhere it is in, and threads are
 * not counted.
 */
export function holdings(pid: number): { readonly bytes: number; readonly threads: number } | undefined {
  if (!onLinux) {
    const shown = spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
    return shown === "" ? undefined : { bytes: Number(shown) * 1024, threads: 1 };
  }
  const status = readText(`/proc/${pid}/status`);
  const found = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)];
  if (found.length === 0) return undefined;
  const bytes = found.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0);
  return { bytes, threads: Number(/^Threads:\s+(\d+)$/m.exec(status)?.[1] ?? 1) };
}

/** The short name of a process's program; undefined when it is gone, or where that can't be asked. */
export function programOf(pid: number): string | undefined {
  const name = onLinux ? readText(`/proc/${pid}/comm`).trim() : "";
  return name === "" ? undefined : name;
}

/** How many process namespaces a process is in, as seen from here: 1 in the same one as this process. Linux only. */
export function namespaceDepth(pid: number): number {
  const line = /^NSpid:(.*)$/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? "";
  return line.split(/\s+/).filter((word) => word !== "").length;
}

/** True when exactly this process (number and start) still lives. */
export function isAlive(known: { readonly pid: number; readonly started: string }): boolean {
  return findProcess(known.pid)?.started === known.started;
}

function readRow(pid: number): ProcessRow | undefined {
  const text = readText(`/proc/${pid}/stat`);
  // The program's name is in parentheses and may hold anything, parentheses and spaces too.
  const [state, parent, group, ...rest] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = rest[16];
  if (state === undefined || ticks === undefined || state === "Z" || state === "X") return undefined;
  boot ??= readText("/proc/sys/kernel/random/boot_id").trim();
  return { pid, parent: Number(parent), group: Number(group), started: `${boot}:${ticks}` };
}

function readPs(args: readonly string[]): readonly ProcessRow[] {
  const shown = spawnSync("ps", args, { encoding: "utf8", maxBuffer: 16 * 1024 * 1024 });
  return shown.stdout.split("\n").flatMap((line) => {
    const [pid, parent, group, state, ...started] = line.trim().split(/\s+/);
    if (state === undefined || state.startsWith("Z")) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), started: started.join(" ") }];
  });
}

/** A process may end while it is looked at: what can't be read is empty. */
function readText(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
