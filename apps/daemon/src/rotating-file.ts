import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

import { orchError } from "@orch/core";

const LARGEST_BYTES = 16 * 1024 * 1024;

/** A file of lines that stays below 16 MiB, with one earlier file beside it. */
export interface RotatingFile extends Disposable {
  /** Appends a line. False: it could not be written, as on a full disk. */
  write(line: string): boolean;
}

/** Opens it, for its owner only. Throws `home_unusable` when the folder can't be written. */
export function openRotatingFile(folder: string, name: string): RotatingFile {
  const path = join(folder, name);
  let file = open(folder, path);
  let size = statSync(path).size;

  function rotate(): void {
    closeSync(file);
    renameSync(path, `${path}.1`);
    file = open(folder, path);
    size = 0;
  }

  return {
    write(line) {
      try {
        size += writeSync(file, `${line}\n`);
        if (size > LARGEST_BYTES) rotate();
        return true;
      } catch {
        return false;
      }
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

function open(folder: string, path: string): number {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return openSync(path, "a", 0o600);
  } catch (cause) {
    throw orchError("home_unusable", `the folder ${folder} can't be written`, {
      hint: "Make it writable, or set ORCH_HOME to another folder.",
      cause,
    });
  }
}
