import type { Clock } from "@orch/core";

/** What happened in a run, a line each, in virtual time. */
export interface Trace {
  say(who: string, what: string): void;
  readonly lines: readonly string[];
}

/** Makes a trace that keeps its newest 5,000 lines. */
export function createTrace(clock: Clock): Trace {
  const lines: string[] = [];
  const start = clock.now();
  return {
    lines,
    say(who, what) {
      const seconds = ((clock.now() - start) / 1000).toFixed(1).padStart(9);
      lines.push(`${seconds} s  ${who.padEnd(8)} ${what}`);
      if (lines.length > 5000) lines.shift();
    },
  };
}
