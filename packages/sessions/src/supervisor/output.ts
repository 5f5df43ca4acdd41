import { createHash } from "node:crypto";
import { appendFileSync, closeSync, openSync, readSync } from "node:fs";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

import { createLineSplitter } from "./line-splitter.ts";

const PIECE_BYTES = 64 * 1024 - 8;
const MAX_LINE_BYTES = 4 * 1024 * 1024;
/** How much of the raw capture is kept: what it says is in the events, and a flood must not be kept twice. */
const MOST_CAPTURED = 4 * 1024 * 1024;
/** The bound of a session that sets none. */
const MOST_BYTES = 1024 * 1024 * 1024;

/** Where a session's output goes. */
export interface OutputOptions {
  readonly limitBytes: number;
  readonly stderrFile: string;
  /** Keeps the first 4 MiB of standard output as it came; absent: it is in the events already. */
  readonly captureFile?: string;
  /** A line of one stream, without its end. */
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
  /** A piece of text of one stream, at most 64 KiB. */
  readonly onPiece: (stream: "stdout" | "stderr", text: string) => void;
  onBytes(): void;
  /** The limit was reached; what comes after it is dropped. */
  onOverflow(): void;
  onBroken(error: unknown): void;
}

/** Reads what a process prints; keeps no more than one line of it in memory. */
export interface Output {
  read(stream: "stdout" | "stderr", from: Readable): void;
  /** Hands out what is left. @returns how many bytes came, and their hash. */
  finish(): { readonly bytes: number; readonly hash: string };
}

/** Opens the sinks of a session's output. */
export function openOutput(options: OutputOptions): Output {
  const limit = options.limitBytes > 0 ? options.limitBytes : MOST_BYTES;
  const hash = createHash("sha256");
  const stderrFile = openSync(options.stderrFile, "a+", 0o600);
  const captureFile = options.captureFile === undefined ? undefined : openSync(options.captureFile, "a", 0o600);
  const sinks = { stdout: createSink("stdout", options), stderr: createSink("stderr", options) };
  let bytes = 0;
  let captured = 0;
  let full = false;

  function take(stream: "stdout" | "stderr", chunk: Buffer): void {
    options.onBytes();
    const part = chunk.subarray(0, limit - bytes);
    bytes += part.length;
    keep(stream, part);
    for (let from = 0; from < part.length; from += PIECE_BYTES) {
      sinks[stream].push(part.subarray(from, from + PIECE_BYTES));
    }
    if (part.length === chunk.length || full) return;
    full = true;
    options.onOverflow();
  }

  function keep(stream: "stdout" | "stderr", part: Buffer): void {
    if (stream === "stdout") hash.update(part);
    const file = stream === "stderr" ? stderrFile : captureFile;
    if (file === undefined) return;
    const kept = stream === "stderr" ? part : part.subarray(0, MOST_CAPTURED - captured);
    if (stream === "stdout") captured += kept.length;
    if (kept.length === 0) return;
    try {
      appendFileSync(file, kept);
    } catch (error) {
      options.onBroken(error);
    }
  }

  return {
    read(stream, from) {
      from.on("data", (chunk: Buffer) => take(stream, chunk));
      from.on("error", () => undefined);
    },
    finish() {
      sinks.stdout.end();
      sinks.stderr.end();
      hashFile(hash, stderrFile);
      closeSync(stderrFile);
      if (captureFile !== undefined) closeSync(captureFile);
      return { bytes, hash: hash.digest("hex") };
    },
  };
}

function createSink(
  stream: "stdout" | "stderr",
  { onLine, onPiece }: OutputOptions,
): { push(part: Buffer): void; end(): void } {
  const decoder = new StringDecoder("utf8");
  const lines = createLineSplitter(MAX_LINE_BYTES, (line) => onLine(stream, line));
  return {
    push(part) {
      const text = decoder.write(part);
      if (text !== "") onPiece(stream, text);
      lines.push(part);
    },
    end() {
      const text = decoder.end();
      if (text !== "") onPiece(stream, text);
      lines.end();
    },
  };
}

function hashFile(hash: ReturnType<typeof createHash>, file: number): void {
  const buffer = Buffer.alloc(256 * 1024);
  let position = 0;
  for (;;) {
    const count = readSync(file, buffer, 0, buffer.length, position);
    if (count === 0) return;
    hash.update(buffer.subarray(0, count));
    position += count;
  }
}
