import type { Frame } from "./frame.ts";
import { abortable, unlessAborted } from "./signals.ts";
import { createWindow, type Window } from "./window.ts";

/** Where one reader of a source begins, and when it ends. */
export interface ReadFrom {
  /** The number after which it begins. */
  readonly after: number;
  readonly signal: AbortSignal;
}

/** One source, read once for all that follow it. */
export interface FanOut {
  /** All frames after a number, then new ones as they come: as the source itself would give them. */
  follow(from: ReadFrom): AsyncGenerator<Frame, void, undefined>;
}

/** What is followed, and how much of it is kept at hand. */
export interface FanOutOptions {
  /** Reads the source; called again for a follower that fell behind. Frames come with rising numbers. */
  readonly read: (from: ReadFrom) => AsyncIterable<Frame>;
  /** How much of the newest is kept for followers that are a little behind. */
  readonly windowBytes: number;
  /** Called when this one should be forgotten: nobody follows any more, or the source failed. */
  readonly onEnd: () => void;
}

/**
 * Shares one reading of a source among its followers: what costs something, such as reading files and looking for
 * secrets, is done once and not once for each. The fastest follower draws the next frame, the others find it in the
 * window; who is further behind reads for itself until it has caught up. Nobody waits for a slow one, and nobody misses
 * anything.
 */
export function createFanOut(options: FanOutOptions): FanOut {
  const ending = new AbortController();
  const shared = shareReading(options, ending.signal);
  let followers = 0;
  return {
    async *follow(from) {
      followers += 1;
      try {
        yield* followShared(options, shared, from);
      } finally {
        followers -= 1;
        if (followers === 0) {
          ending.abort();
          options.onEnd();
        }
      }
    },
  };
}

/** The one reading of a source, and what came last in it. */
interface SharedReading {
  readonly recent: Window;
  /**
   * Brings the next frame into the window; false at the end. All who ask meanwhile share it. The first who asks says
   * where the reading begins.
   */
  draw(after: number): Promise<boolean>;
}

function shareReading({ read, windowBytes, onEnd }: FanOutOptions, signal: AbortSignal): SharedReading {
  const recent = createWindow(windowBytes);
  let source: AsyncIterator<Frame> | undefined;
  let drawing: Promise<boolean> | undefined;

  function begin(after: number): AsyncIterator<Frame> {
    recent.begin(after);
    return read({ after, signal })[Symbol.asyncIterator]();
  }

  async function drawFrom(reading: AsyncIterator<Frame>): Promise<boolean> {
    try {
      const next = await reading.next();
      if (next.done === true) return false;
      recent.add(next.value);
      return true;
    } catch (error) {
      onEnd();
      throw error;
    } finally {
      drawing = undefined;
    }
  }

  return {
    recent,
    draw(after) {
      source ??= begin(after);
      drawing ??= drawFrom(source);
      return drawing;
    },
  };
}

async function* followShared(
  options: FanOutOptions,
  shared: SharedReading,
  { after, signal }: ReadFrom,
): AsyncGenerator<Frame, void, undefined> {
  const { recent } = shared;
  let last = after;
  while (!signal.aborted) {
    if (last < recent.dropped) {
      const before = last;
      for await (const frame of catchUp(options, recent, { after: last, signal })) {
        last = frame.seq;
        yield frame;
      }
      // Its own reading came to an end although there was more: nothing else will bring it.
      if (last === before) return;
      continue;
    }
    const frame = recent.firstAfter(last);
    if (frame !== undefined) {
      last = frame.seq;
      yield frame;
    } else if (!(await unlessAborted(shared.draw(last), signal))) {
      return;
    }
  }
}

/** A reading of one's own, up to where the shared one is. */
async function* catchUp(
  { read }: FanOutOptions,
  recent: Window,
  { after, signal }: ReadFrom,
): AsyncGenerator<Frame, void, undefined> {
  using own = abortable(signal);
  for await (const frame of read({ after, signal: own.signal })) {
    yield frame;
    if (frame.seq >= recent.newest) return;
  }
}
