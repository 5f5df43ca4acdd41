import { readFileSync } from "node:fs";

import type { SessionEvent, SessionExit, Sessions, SessionSpec } from "@orch/core";

/** What the suite needs of an implementation under test. */
export interface SessionsBench {
  readonly sessions: Sessions;
  /** Opens the same home once more, as the next daemon would. */
  reopen(): Promise<Sessions>;
  /** A specification with a fresh id and folder, no sandbox and no limits, that runs `program` as `raw`. */
  spec(program: readonly string[], changes?: Partial<SessionSpec>): SessionSpec;
  /**
   * The argument array of a program that acts as told: `print TEXT`, `exit N`, `signal NAME`, `hang` (prints its
   * pid), `stubborn` (as hang, deaf to SIGTERM), `babble`, `flood BYTES`, `outlive` and `escape` (leave a child behind
   * and print its pid; the second in a session of its own), `env`, `stdin`, `both`, `count N` (`say 1` …), `boom`,
   * `converse` (`say ready`; `msg ID TEXT` is answered by `got ID` and `say TEXT`, and after the text `finish` by
   * `bye`; the text `unheard` by nothing; `halt` ends it).
   */
  actor(...words: readonly string[]): readonly string[];
  /** A protocol that the supervisor knows: `say X` is a text event, `got ID` a delivery, `bye` closes the input, `boom` makes it throw. */
  readonly protocol: string;
}

/** Never aborts. */
export const forever: AbortSignal = new AbortController().signal;

/** Makes the bench of one case. */
export type Make = () => Promise<SessionsBench>;

/** Runs a session to its exit record. */
export async function run(bench: SessionsBench, spec: SessionSpec): Promise<SessionExit> {
  await bench.sessions.start(spec);
  const end = await bench.sessions.wait(spec.id, forever);
  if (end.state !== "exited") throw new Error(`the session is ${end.state}: ${end.why}`);
  return end.exit;
}

/** All events of a session that ends. */
export async function eventsOf(sessions: Sessions, spec: SessionSpec, after = 0): Promise<readonly SessionEvent[]> {
  const events: SessionEvent[] = [];
  for await (const event of sessions.follow(spec.id, { after, signal: forever })) events.push(event);
  return events;
}

/** The raw output in these events. */
export function textOf(events: readonly SessionEvent[], stream = "stdout"): string {
  return events.map((event) => (event.kind === "output" && event.stream === stream ? event.text : "")).join("");
}

/** The text events of an agent. */
export function saidIn(events: readonly SessionEvent[]): readonly string[] {
  return events.flatMap((event) => (event.kind === "agent" && event.event.type === "text" ? [event.event.text] : []));
}

/** Runs a session and returns what it printed. */
export async function printed(bench: SessionsBench, spec: SessionSpec): Promise<string> {
  await run(bench, spec);
  return textOf(await eventsOf(bench.sessions, spec));
}

/** Waits for the pid that the session's program prints. */
export async function pidOf(bench: SessionsBench, spec: SessionSpec): Promise<number> {
  for await (const event of bench.sessions.follow(spec.id, { after: 0, signal: forever })) {
    const pid = event.kind === "output" ? Number(event.text.trim()) : 0;
    if (pid > 0) return pid;
  }
  throw new Error("the session ended without printing a pid");
}

/** True while a process of this number lives; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/\) [ZX] /.test(stat);
  } catch {
    return process.platform !== "linux";
  }
}

/** The pid of a running session's supervisor. */
export async function supervisorOf(sessions: Sessions, spec: SessionSpec): Promise<number> {
  const found = (await sessions.list()).find(({ id }) => id === spec.id);
  if (found === undefined) throw new Error("the session is not listed");
  return found.pid;
}
