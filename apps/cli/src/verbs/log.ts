import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { text as readAll } from "node:stream/consumers";

import { orchError } from "@orch/core";
import { stripTerminal } from "@orch/security";

import type { Context, LocalVerb } from "../context.ts";
import { renderLogLine } from "../render/log-line.ts";

const USUAL_LINES = 50;
const MOST_LINES = 100_000;
const TAIL_BYTES = 4 * 1024 * 1024;
const LOOK_MS = 500;

/** Shows the end of every log file, or follows the newest. */
export const log: LocalVerb<"log"> = async (context, { lines = String(USUAL_LINES), debug = false }) => {
  const files = await logFiles(join(context.host.home, "logs"));
  const isShown = debug ? () => true : isForPeople;
  if (lines === "watch") return watch(context, { path: files.at(-1), isShown });
  const count = /^\d{1,6}$/.test(lines) ? Number(lines) : 0;
  if (count < 1 || count > MOST_LINES) {
    throw orchError("usage", `<lines> can't be ${JSON.stringify(lines)}`, {
      hint: `A number from 1 to ${MOST_LINES}, or watch.`,
    });
  }
  const tails = await Promise.all(files.map(async (path) => ({ path, lines: await tailOf(path, { count, isShown }) })));
  return { data: { files: tails.filter((file) => file.lines.length > 0) } };
};

/** Log files, the one that was written last at the end. */
async function logFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const paths = names.filter((name) => name.endsWith(".log")).map((name) => join(folder, name));
  const times = await Promise.all(paths.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })));
  return times.toSorted((left, right) => left.at - right.at).map(({ path }) => path);
}

/** Which lines of a log are shown. */
type IsShown = (line: string) => boolean;

/** True of all but the lines that the daemon wrote for whoever looks for a fault. */
function isForPeople(line: string): boolean {
  return !/^\{"at":"[^"]*","level":"debug"/.test(line);
}

/** The last lines of a file that are shown, from at most its last 4 MiB. */
export async function tailOf(
  path: string,
  { count, isShown = () => true }: { readonly count: number; readonly isShown?: IsShown },
): Promise<readonly string[]> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - start), position: start });
    const text = buffer.toString("utf8", 0, bytesRead).replace(/\n$/, "");
    return text === ""
      ? []
      : text
          .split("\n")
          .filter((line) => isShown(line))
          .slice(-count);
  } finally {
    await file.close();
  }
}

async function watch(
  context: Context,
  { path, isShown }: { readonly path: string | undefined; readonly isShown: IsShown },
): Promise<{ readonly exitCode: 0 }> {
  const { host, style, global } = context;
  // For programs each line is a document already; what another program wrote there is not.
  const show = (line: string): string => (global.json ? stripTerminal(line) : renderLogLine(line, style));
  if (path === undefined) {
    throw orchError("usage", "there is no log yet", { hint: "The daemon writes one: orch serve" });
  }
  const ending = new AbortController();
  const restore = host.onSignal("SIGINT", () => ending.abort());
  let seen = (await stat(path)).size;
  let begun = "";
  const write = (lines: readonly string[]): void => lines.forEach((line) => host.out.write(`${show(line)}\n`));
  write(await tailOf(path, { count: USUAL_LINES, isShown }));
  while (!ending.signal.aborted) {
    const { size } = await stat(path);
    // A file that shrank was begun anew.
    const start = size < seen ? 0 : seen;
    if (size > start) {
      const lines = (begun + (await readAll(createReadStream(path, { start, end: size - 1 })))).split("\n");
      // A line without its end is still being written.
      begun = lines.pop() ?? "";
      write(lines.filter((line) => isShown(line)));
    }
    seen = size;
    await host.clock.sleep(LOOK_MS, ending.signal);
  }
  restore();
  return { exitCode: 0 };
}
