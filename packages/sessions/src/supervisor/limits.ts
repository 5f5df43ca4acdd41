import type { Clock, ExitCause, RunLimits, Timer } from "@orch/core";

/** The clocks of a running session (law 4). */
export interface LimitWatch {
  /** Something was printed. */
  sawBytes(): void;
  /** Something that counts as progress happened. */
  sawProgress(): void;
  close(): void;
}

/** Calls `exceeded` once, with the first limit of time that is passed. One timer, set to the earliest of them. */
export function watchLimits(
  limits: RunLimits,
  clock: Clock,
  exceeded: (cause: ExitCause, detail: string) => void,
): LimitWatch {
  const start = clock.monotonic();
  const rules = [
    { cause: "wall", ms: limits.wallMs, why: "ran longer than" },
    { cause: "silence", ms: limits.silenceMs, why: "printed nothing for" },
    { cause: "no_progress", ms: limits.noProgressMs, why: "made no progress for" },
  ] as const satisfies readonly { cause: ExitCause; ms: number; why: string }[];
  const last = { wall: start, silence: start, no_progress: start };
  const active = rules.filter(({ ms }) => ms > 0);
  let timer: Timer | undefined;

  function check(): void {
    const now = clock.monotonic();
    const due = active.map((rule) => ({ ...rule, left: last[rule.cause] + rule.ms - now }));
    const passed = due.find(({ left }) => left <= 0);
    if (passed !== undefined) return exceeded(passed.cause, `It ${passed.why} ${passed.ms} ms.`);
    // The timer is not moved by output: it looks again when the earliest limit could have been passed.
    if (due.length > 0) timer = clock.after(Math.min(...due.map(({ left }) => left)), check);
  }

  check();
  return {
    sawBytes() {
      last.silence = clock.monotonic();
    },
    sawProgress() {
      last.no_progress = clock.monotonic();
    },
    close: () => timer?.cancel(),
  };
}
