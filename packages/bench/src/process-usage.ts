import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** True where `cpuMillisOf` and `privateBytes` can be asked: they read `/proc`, which Linux has. */
export const hasProc = existsSync("/proc/self/smaps_rollup");

/** Milliseconds of a tick of the kernel's clock for processes; 100 a second on every Linux of today. */
const TICK_MS = 10;

/** Bytes of memory that a process has resident; 0 when it is gone. */
export function residentBytes(pid: number): number {
  const { stdout } = spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Number(stdout.trim()) * 1024;
}

/** Milliseconds of processor time, user and system, that some processes have spent since their start. */
export function cpuMillisOf(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything; user and system time are the 12th and 13th field after it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  });
}

/** Bytes of memory that some processes share with no other. */
export function privateBytes(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const found = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").matchAll(/^Private_\w+:\s+(\d+) kB$/gm);
    return sum([...found], ([, kilobytes]) => Number(kilobytes) * 1024);
  });
}

/** The processes whose command line names `text`, with all that they started. */
export function treeOf(text: string): readonly number[] {
  const { stdout } = spawnSync("ps", ["-eo", "pid=,ppid=,args=", "-ww"], { encoding: "utf8" });
  const all = stdout.split("\n").flatMap((line) => {
    const [, pid, parent, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return args === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), args }];
  });
  const found = new Set(all.filter(({ args }) => args.includes(text)).map(({ pid }) => pid));
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found].filter((pid) => existsSync(`/proc/${pid}/smaps_rollup`));
}

function sum<Item>(items: readonly Item[], figure: (item: Item) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}
