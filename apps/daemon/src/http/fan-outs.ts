import { createFanOut, type FanOut, type ReadFrom } from "./fan-out.ts";
import { frames, type Frame, type Numbered } from "./frame.ts";

/** How much of what happened last is at hand for those who follow the same thing. */
const WINDOW_BYTES = 1024 * 1024;

/** Follows things by name; those who follow the same thing at the same time share its reading. */
export interface FanOuts {
  /** @param read How to read the thing, if nobody follows it yet. Must be the same for the same name. */
  follow(
    name: string,
    from: ReadFrom,
    read: (from: ReadFrom) => AsyncIterable<Numbered>,
  ): AsyncGenerator<Frame, void, undefined>;
  /** How many things are followed. */
  readonly size: number;
}

/** Starts with nothing followed. */
export function createFanOuts(): FanOuts {
  const all = new Map<string, FanOut>();
  return {
    async *follow(name, from, read) {
      const shared = all.get(name) ?? add(name, read);
      yield* shared.follow(from);
    },
    get size() {
      return all.size;
    },
  };

  function add(name: string, read: (from: ReadFrom) => AsyncIterable<Numbered>): FanOut {
    const made: FanOut = createFanOut({
      read: (from) => frames(read(from)),
      windowBytes: WINDOW_BYTES,
      onEnd() {
        if (all.get(name) === made) all.delete(name);
      },
    });
    all.set(name, made);
    return made;
  }
}
