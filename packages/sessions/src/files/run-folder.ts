import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

import { orchError, type SessionId } from "@orch/core";

/** Bytes that a socket's path may have on every system (104 on macOS, with the final zero). */
const LONGEST_SOCKET_PATH = 103;
/** A session's sandbox keeps sockets in a folder beside the session's own; this is the longest name that it gives one. */
const LONGEST_NAME_IN_SCRATCH = "claude-socks-0123456789abcdef.sock";

/** The folder for the sandbox's own sockets, from the path of the session's. */
export function scratchOf(socket: string): string {
  return socket.replace(/\.sock$/, "");
}

/** Where the live parts of sessions are: private folders of this user. */
export interface RunFolder {
  /** Folder of the index: one small file for each session that has not been released. */
  readonly index: string;
  /** Folders that no sandboxed process may see: they hold the sockets. */
  readonly private: readonly string[];
  readonly tmuxSocket: string;
  socketOf(id: SessionId): string;
}

/**
 * Opens (and creates) the run folder below orch's home. Sockets move to a short folder of this user when the home's
 * path is too long for them.
 * @throws `home_unusable` when a folder can't be made, or belongs to somebody else.
 */
export function openRunFolder(home: string): RunFolder {
  const run = join(home, "run");
  const short = join(tmpdir(), `orch-${userInfo().uid}-${hash(home).slice(0, 12)}`);
  const socketOf = (root: string, id: string): string => join(root, "sockets", `${hash(id).slice(0, 16)}.sock`);
  const longest = join(socketOf(run, ""), LONGEST_NAME_IN_SCRATCH);
  const root = Buffer.byteLength(longest) <= LONGEST_SOCKET_PATH ? run : short;
  const folders = [run, root, join(root, "sockets"), join(root, "tmux"), join(run, "sessions")];
  for (const folder of folders) makePrivate(folder);
  return {
    index: join(run, "sessions"),
    private: root === run ? [run] : [run, root],
    tmuxSocket: join(root, "tmux", "orch.sock"),
    socketOf: (id) => socketOf(root, id),
  };
}

function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    if (found.isDirectory() && found.uid === userInfo().uid) return chmodSync(folder, 0o700);
  } catch (error) {
    throw orchError("home_unusable", `the folder ${folder} can't be used`, { cause: error });
  }
  throw orchError("home_unusable", `the folder ${folder} belongs to somebody else`, {
    hint: "It must be a folder of yours: others could read and steer your sessions there.",
  });
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
