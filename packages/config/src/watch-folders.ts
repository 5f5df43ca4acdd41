import { watch, type FSWatcher } from "node:fs";
import { basename } from "node:path";

import { orchError, type OrchError } from "@orch/core";

import { projectFileNames } from "./load-config.ts";

/** A changing set of watched folders. */
export interface FolderWatch {
  /** Watches these folders and no others; an empty list stops everything. */
  follow(folders: readonly string[]): void;
}

const WATCHED: ReadonlySet<string> = new Set(["config.yml", ...projectFileNames]);

/** Calls `onChange` when a configuration file appears, changes or goes in a followed folder. */
export function watchFolders(tell: {
  readonly onChange: () => void;
  readonly onProblem: (error: OrchError) => void;
}): FolderWatch {
  const watchers = new Map<string, FSWatcher>();

  function open(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || WATCHED.has(basename(name))) tell.onChange();
      });
      watcher.on("error", (cause) => lose(folder, cause));
      watchers.set(folder, watcher);
    } catch (cause) {
      lose(folder, cause);
    }
  }

  function close(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  function lose(folder: string, cause: unknown): void {
    close(folder);
    const hint = "Changes there are seen at the next reload.";
    tell.onProblem(orchError("config_unreadable", `${folder} can't be watched for changes`, { cause, hint }));
  }

  return {
    follow(folders) {
      const wanted = new Set(folders);
      for (const folder of watchers.keys()) if (!wanted.has(folder)) close(folder);
      for (const folder of wanted) if (!watchers.has(folder)) open(folder);
    },
  };
}
