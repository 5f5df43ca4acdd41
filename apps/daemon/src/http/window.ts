import type { Frame } from "./frame.ts";

/** The newest frames of a source, up to a number of bytes and at least one. */
export interface Window {
  /** The number of the newest frame that is no longer kept. */
  readonly dropped: number;
  /** The number of the newest frame. */
  readonly newest: number;
  begin(after: number): void;
  add(frame: Frame): void;
  firstAfter(seq: number): Frame | undefined;
}

/** Starts with nothing in it. `mostBytes` may be passed by the one frame that is always kept. */
export function createWindow(mostBytes: number): Window {
  let kept: Frame[] = [];
  /** How many of `kept` are gone; they are cut off in one go, because a shift costs the length of the rest. */
  let gone = 0;
  let bytes = 0;
  let dropped = 0;
  let newest = 0;

  function drop(): void {
    const oldest = kept[gone];
    if (oldest === undefined) return;
    bytes -= oldest.bytes.length;
    dropped = oldest.seq;
    gone += 1;
    if (gone < 64 || gone * 2 < kept.length) return;
    kept = kept.slice(gone);
    gone = 0;
  }

  return {
    get dropped() {
      return dropped;
    },
    get newest() {
      return newest;
    },
    begin(after) {
      dropped = after;
      newest = after;
    },
    add(frame) {
      kept.push(frame);
      newest = frame.seq;
      bytes += frame.bytes.length;
      while (bytes > mostBytes && kept.length - gone > 1) drop();
    },
    firstAfter(seq) {
      if (seq >= newest) return undefined;
      // Most followers are only a few frames behind.
      let index = kept.length - 1;
      while (index > gone && (kept[index - 1]?.seq ?? 0) > seq) index -= 1;
      return kept[index];
    },
  };
}
