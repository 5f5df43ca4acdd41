import type { Clock, Timer } from "@orch/core";

/** Who has taken a conversation over, for how long. */
export interface Hold {
  /** Undefined: orch may speak. */
  readonly by: string | undefined;
  /** Takes over for `ms`, anew or longer; with 0 its holder lets go. */
  set(by: string, ms: number): void;
  close(): void;
}

/** Makes a hold that nobody has; `changed` is told of each change of its holder. */
export function createHold(clock: Clock, changed: (by: string | undefined) => void): Hold {
  let current: { readonly by: string; readonly timer: Timer } | undefined;

  function letGo(): void {
    current?.timer.cancel();
    current = undefined;
    changed(undefined);
  }

  return {
    get by() {
      return current?.by;
    },
    set(by, ms) {
      if (ms <= 0) {
        if (current?.by === by) letGo();
        return;
      }
      current?.timer.cancel();
      if (current?.by !== by) changed(by);
      current = { by, timer: clock.after(ms, letGo) };
    },
    close: () => current?.timer.cancel(),
  };
}
