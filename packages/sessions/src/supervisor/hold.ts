import type { Clock, Timer } from "@orch/core";

/** More holds than this are not kept: the oldest goes. */
const MOST = 256;

/** Who takes over: a person, or one terminal of theirs. */
export interface Holder {
  readonly by: string;
  /** Names the terminal; absent: the person holds without one. */
  readonly terminal?: string;
}

/** Somebody came (`by` alone) or left (`left`; then `by` is one who still holds, absent when nobody does). */
export interface HoldChange {
  readonly by?: string;
  readonly left?: string;
}

/** Who has taken a conversation over, each for a time of their own. */
export interface Hold {
  /** People, in the order in which they came; nobody: orch may speak. */
  readonly holders: readonly string[];
  /** Takes over for `ms`, anew or longer; with 0 this holder lets go, and no other. */
  set(holder: Holder, ms: number): void;
  close(): void;
}

/** Makes a hold that nobody has; `changed` is told of each person who comes, and of each whose last hold is over. */
export function createHold(clock: Clock, changed: (change: HoldChange) => void): Hold {
  const held = new Map<string, { readonly by: string; readonly timer: Timer }>();
  const people = (): readonly string[] => [...new Set([...held.values()].map(({ by }) => by))];

  function letGo(key: string): void {
    const gone = held.get(key);
    gone?.timer.cancel();
    held.delete(key);
    const left = people();
    if (gone === undefined || left.includes(gone.by)) return;
    const [by] = left;
    changed({ left: gone.by, ...(by === undefined ? {} : { by }) });
  }

  return {
    get holders() {
      return people();
    },
    set({ by, terminal }, ms) {
      const key = JSON.stringify([by, terminal]);
      if (ms <= 0) return letGo(key);
      const isNew = !people().includes(by);
      held.get(key)?.timer.cancel();
      held.set(key, { by, timer: clock.after(ms, () => letGo(key)) });
      if (isNew) changed({ by });
      const [oldest] = held.keys();
      if (held.size > MOST && oldest !== undefined) letGo(oldest);
    },
    close() {
      for (const { timer } of held.values()) timer.cancel();
    },
  };
}
