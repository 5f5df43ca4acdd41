import type { Host } from "./host.ts";

/** A wish to end that is carried out in order. */
export interface Stop {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Gives the signals back to the system. */
  release(): void;
}

/** The first signal ends what is going on in order; while that is going on, more of them change nothing. */
export function catchStop(host: Host): Stop {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (!stop.signal.aborted) host.err.write("\nStopping, and tidying up.\n");
    stop.abort();
  };
  const restore = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => host.onSignal(signal, onSignal));
  return {
    signal: stop.signal,
    release: () => {
      for (const undo of restore) undo();
    },
  };
}
