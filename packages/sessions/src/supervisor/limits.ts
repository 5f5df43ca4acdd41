import type { Clock, ExitCause, RunLimits, Timer } from "@orch/core";

/** The clocks of a running session (law 4). */
export interface LimitWatch {
  /** Something was printed. */
  sawBytes(): void;
  /** Something that counts as progress happened. */
  sawProgress(): void;
  /** The last person has let go: what was quiet until now counts no more. */
  resumed(): void;
  close(): void;
}

/** What the clocks do. */
export interface LimitHooks {
  /** Called once, with the first limit of time that is passed. */
  exceeded(cause: ExitCause, detail: string): void;
  /** Called when a share of the time without output or progress is over, once for each quiet while. */
  nudge(cause: "silence" | "no_progress", quietMs: number): void;
  /** True while a person is at it: then only the whole time counts. */
  suspended(): boolean;
}

const RULES = [
  { cause: "wall", why: "ran longer than" },
  { cause: "silence", why: "printed nothing for" },
  { cause: "no_progress", why: "made no progress for" },
] as const;

type Cause = (typeof RULES)[number]["cause"];

/** Watches the three clocks. One timer, set to the earliest of what may be due. */
export function watchLimits(limits: RunLimits, clock: Clock, hooks: LimitHooks): LimitWatch {
  const start = clock.monotonic();
  const share = limits.nudgeShare ?? 0;
  const bounds = { wall: limits.wallMs, silence: limits.silenceMs, no_progress: limits.noProgressMs };
  const last = { wall: start, silence: start, no_progress: start };
  const nudgedAt: Partial<Record<Cause, number>> = {};
  const active = RULES.filter(({ cause }) => bounds[cause] > 0);
  let timer: Timer | undefined;

  /** How long until this rule has something to say; undefined: it has said its last word. */
  function look({ cause, why }: (typeof RULES)[number], now: number): number | undefined {
    const ms = bounds[cause];
    if (cause !== "wall" && hooks.suspended()) last[cause] = now;
    const quiet = now - last[cause];
    if (quiet >= ms) {
      hooks.exceeded(cause, `It ${why} ${ms} ms.`);
      return undefined;
    }
    if (cause === "wall" || share === 0 || nudgedAt[cause] === last[cause]) return ms - quiet;
    if (quiet < ms * share) return ms * share - quiet;
    nudgedAt[cause] = last[cause];
    hooks.nudge(cause, quiet);
    return ms - quiet;
  }

  function check(): void {
    const waits: number[] = [];
    for (const rule of active) {
      const wait = look(rule, clock.monotonic());
      if (wait === undefined) return;
      waits.push(wait);
    }
    // The timer is not moved by output: it looks again when the earliest limit could have been passed.
    if (waits.length > 0) timer = clock.after(Math.max(1, Math.min(...waits)), check);
  }

  check();
  return {
    sawBytes() {
      last.silence = clock.monotonic();
    },
    sawProgress() {
      last.no_progress = clock.monotonic();
    },
    resumed() {
      last.silence = clock.monotonic();
      last.no_progress = last.silence;
    },
    close: () => timer?.cancel(),
  };
}
