/** An answer with the tag that GitHub gave it. */
export interface Tagged<Answer> {
  readonly tag: string;
  readonly answer: Answer;
}

/** Answers by their address: asked for again with its tag, an unchanged one costs nothing. */
export interface EntityTags<Answer> {
  get(url: string): Tagged<Answer> | undefined;
  /** Keeps an answer of this many characters, and drops the ones not used for longest. */
  keep(url: string, entry: Tagged<Answer>, size: number): void;
}

/** At most this many answers, and characters in all of them. */
const MOST = { entries: 500, characters: 8_000_000 };

/** Keeps none yet. */
export function createEntityTags<Answer>(): EntityTags<Answer> {
  const kept = new Map<string, Tagged<Answer> & { size: number }>();
  let characters = 0;
  function drop(url: string): void {
    characters -= kept.get(url)?.size ?? 0;
    kept.delete(url);
  }
  return {
    get(url) {
      const found = kept.get(url);
      if (found === undefined) return undefined;
      kept.delete(url);
      kept.set(url, found);
      return found;
    },
    keep(url, entry, size) {
      drop(url);
      kept.set(url, { ...entry, size });
      characters += size;
      for (const oldest of kept.keys()) {
        if (kept.size <= MOST.entries && characters <= MOST.characters) break;
        drop(oldest);
      }
    },
  };
}
