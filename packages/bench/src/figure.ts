/** One measured thing. */
export interface Figure {
  /** Stable: the key in `baseline.json`. */
  readonly name: string;
  /** How many times the yardstick. */
  readonly ratio: number;
  /** What it was divided by. */
  readonly yardstick: string;
  /** What was seen on this machine, for people. */
  readonly seen: string;
  /** The ratio that the project wants to stay under, where it has one. */
  readonly goal?: number;
}

/** Measures one thing, or a few that share their preparation. `folder` is empty, and removed afterwards. */
export interface Measurement {
  readonly name: string;
  readonly measure: (folder: string) => Promise<readonly Figure[]>;
}

/** Milliseconds for people. */
export function millis(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

/** Bytes for people. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(0)} MB`;
}
