/** A timer that has not fired yet. */
export interface Timer {
  /** Stops it; harmless when it has fired. */
  cancel(): void;
}

/** Time, injected. Nothing else in orch reads a clock or sets a timer. */
export interface Clock {
  /** Wall time in milliseconds since 1970, for records and schedules; may jump. */
  now(): number;
  /** Milliseconds on a clock that never goes back, for durations and leases inside one process. */
  monotonic(): number;
  /** Calls `task` once after `ms` milliseconds. `task` must not throw. */
  after(ms: number, task: () => void): Timer;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Chance, injected. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A fresh random text of `bytes` bytes in hexadecimal. */
  token(bytes: number): string;
}
