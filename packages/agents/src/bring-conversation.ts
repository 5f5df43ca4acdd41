import { join } from "node:path";

import { err, ok, type AgentDriver, type Result } from "@orch/core";
import { copyRegularFiles, type CopyRequest, type FileRefusal } from "@orch/security";

/** An earlier conversation, and the folder of the run that is to go on with it. */
export type BringInput = Parameters<NonNullable<AgentDriver["bringConversation"]>>[0];

/** Of the files of one conversation together; agents keep states of the clone beside their words. */
const MOST_BYTES = 512 * 1024 * 1024;
/** Of files, folders and whatever else lies there. */
const MOST_ENTRIES = 20_000;

const PROBLEMS: Readonly<Record<FileRefusal, string>> = {
  absent: "the earlier conversation is not there any more",
  unsafe_path: "the earlier conversation's folder was replaced by a link or a file",
  not_regular: "the earlier conversation's folder is none",
  too_large: `the earlier conversation is larger than ${MOST_BYTES / 1024 ** 2} MiB or ${MOST_ENTRIES} files`,
  unreadable: "the earlier conversation can't be read",
};

/**
 * Copies what a driver keeps of conversations in `folder`, a path below the folder of a run, from an earlier run to one
 * that goes on (SECURITY T19). `isIt` knows the conversation itself among the files' paths: without it nothing goes on.
 * Absent: the agent says itself what it does not know.
 */
export async function bringFolder(
  { past, folder: to }: BringInput,
  what: {
    readonly folder: string;
    readonly keep?: CopyRequest["keep"];
    readonly isIt?: (path: string) => boolean;
  },
): Promise<Result<void, string>> {
  const copied = await copyRegularFiles({
    from: { root: past.folder, relative: what.folder },
    to: join(to, what.folder),
    maxBytes: MOST_BYTES,
    maxEntries: MOST_ENTRIES,
    ...(what.keep === undefined ? {} : { keep: what.keep }),
  });
  if (!copied.ok) return err(PROBLEMS[copied.error]);
  const { isIt } = what;
  return isIt === undefined || copied.value.some((path) => isIt(path)) ? ok(undefined) : err(PROBLEMS.absent);
}
