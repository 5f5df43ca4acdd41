import { access, readFile, stat } from "node:fs/promises";

import { orchError } from "@orch/core";

/** How configuration files are reached. */
export interface FileAccess {
  /** The text of a file, or undefined when there is none. Throws `config_unreadable`. */
  read(path: string): Promise<string | undefined>;
  /** True when something of that name exists. */
  exists(path: string): Promise<boolean>;
  /** Who may do what with a file, as its permission bits; absent: nobody else is there. Undefined: there is no such file. */
  mode?(path: string): Promise<number | undefined>;
}

const MOST_BYTES = 1024 * 1024;
const PERMISSIONS = 0o777;

/** The machine's own files. Only regular files of at most 1 MiB are read: a pipe would never end. */
export const diskFiles: FileAccess = {
  async read(path) {
    try {
      const found = await stat(path);
      if (!found.isFile()) throw unreadable(path, "it is not a regular file");
      if (found.size > MOST_BYTES) throw unreadable(path, "it is larger than 1 MiB");
      return await readFile(path, "utf8");
    } catch (cause) {
      const code = codeOf(cause);
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw code === undefined ? cause : unreadable(path, code, cause);
    }
  },
  mode: (path) =>
    stat(path).then(
      (found) => found.mode & PERMISSIONS,
      () => undefined,
    ),
  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
};

function unreadable(path: string, why: string, cause?: unknown): Error {
  return orchError("config_unreadable", `${path} can't be read: ${why}`, {
    cause,
    hint: "Check the file and its permissions.",
  });
}

function codeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !("errno" in cause) || !("code" in cause)) return undefined;
  return String(cause.code);
}
