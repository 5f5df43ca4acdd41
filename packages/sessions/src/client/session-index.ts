import { readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

import { parseSessionId, type SessionId } from "@orch/core";

import { parseIndexEntry, type IndexEntry } from "../files/parse-records.ts";
import { readRecord } from "../files/read-record.ts";
import { dropDrafts, writeRecord } from "../files/write-record.ts";

/** Which sessions there are and where their folders are; on disk, so that the next daemon finds them again. */
export interface SessionIndex {
  find(id: SessionId): IndexEntry | undefined;
  put(entry: IndexEntry): void;
  remove(id: SessionId): void;
  all(): readonly IndexEntry[];
}

/** Opens the index in `folder`: one small file per session. */
export function openIndex(folder: string): SessionIndex {
  dropDrafts(folder);
  const fileOf = (id: SessionId): string => join(folder, `${id}.json`);
  const find = (id: SessionId): IndexEntry | undefined => readRecord(fileOf(id), parseIndexEntry);
  return {
    find,
    put: (entry) => writeRecord(fileOf(entry.id), entry),
    remove: (id) => rmSync(fileOf(id), { force: true }),
    all: () =>
      readdirSync(folder).flatMap((name) => {
        const id = name.endsWith(".json") ? parseSessionId(basename(name, ".json")) : undefined;
        const entry = id?.ok === true ? find(id.value) : undefined;
        return entry === undefined ? [] : [entry];
      }),
  };
}
