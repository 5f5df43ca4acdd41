import { connect } from "node:net";

import { parseWireLine } from "../files/parse-records.ts";
import { createLineSplitter } from "../supervisor/line-splitter.ts";

const MAX_LINE_BYTES = 1024 * 1024;

/** A connection to a supervisor. */
export interface Link {
  tell(message: Readonly<Record<string, unknown>>): void;
  /** Resolves when the supervisor has closed its end, or has died. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Connects to a supervisor's socket; undefined when nobody listens there. */
export function openLink(
  path: string,
  onMessage: (message: Readonly<Record<string, unknown>>) => void,
): Promise<Link | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const lines = createLineSplitter(MAX_LINE_BYTES, (line) => {
      const message = parseWireLine(line);
      if (message !== undefined) onMessage(message);
    });
    socket.on("data", (chunk) => lines.push(chunk));
    // Any error is followed by `close`, which says all there is to know.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      close();
      resolve(undefined);
    });
    socket.on("connect", () =>
      resolve({
        tell: (message) => void socket.write(`${JSON.stringify(message)}\n`),
        closed,
        close: () => void socket.destroy(),
      }),
    );
  });
}
