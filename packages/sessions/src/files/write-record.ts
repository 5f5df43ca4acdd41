import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import { isOneOf } from "./system-error.ts";

/** Replaces `path` by `value` as JSON, durably: a reader sees the old record or the new one, never half of one. */
export function writeRecord(path: string, value: unknown): void {
  const draft = writeDraft(path, value);
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** Creates `path` with `value` as JSON, complete from the first moment; false when it exists already. */
export function createRecord(path: string, value: unknown): boolean {
  const draft = writeDraft(path, value);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (isOneOf(error, ["EEXIST"])) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeDraft(path: string, value: unknown): string {
  const draft = `${path}.${process.pid}.tmp`;
  const file = openSync(draft, "w", 0o600);
  try {
    writeFileSync(file, `${JSON.stringify(value)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return draft;
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
