import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { findProcess } from "../processes/process-table.ts";
import { isOneOf } from "./system-error.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

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

/** Removes what processes that were killed while they wrote a record left in `folder`. */
export function dropDrafts(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const [, writer] = /\.json\.(\d+)\.tmp$/.exec(entry.name) ?? [];
    if (writer === undefined || !entry.isFile() || findProcess(Number(writer)) !== undefined) continue;
    rmSync(join(folder, entry.name), { force: true });
  }
}

function writeDraft(path: string, value: unknown): string {
  const draft = `${path}.${process.pid}.tmp`;
  // Made afresh: a link that somebody put there must not lead the record elsewhere.
  rmSync(draft, { force: true });
  const file = openSync(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
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
