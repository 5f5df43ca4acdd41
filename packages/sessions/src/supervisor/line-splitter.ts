const NEWLINE = 10;

/** Cuts a stream of bytes into lines. */
export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Hands out what came after the last line end. */
  end(): void;
}

/** Hands each line to `take` without its end; of a longer one than `maxBytes` the rest is dropped. */
export function createLineSplitter(maxBytes: number, take: (line: string) => void): LineSplitter {
  let parts: Buffer[] = [];
  let size = 0;

  function keep(part: Buffer): void {
    const kept = part.subarray(0, Math.max(0, maxBytes - size));
    // A copy: the chunk may be a small piece of a large buffer.
    if (kept.length > 0) parts.push(Buffer.from(kept));
    size += kept.length;
  }

  function hand(): void {
    const line = Buffer.concat(parts).toString("utf8");
    parts = [];
    size = 0;
    take(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  return {
    push(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
        keep(chunk.subarray(from, end));
        hand();
        from = end + 1;
      }
      if (from < chunk.length) keep(chunk.subarray(from));
    },
    end() {
      if (size > 0) hand();
    },
  };
}
