import { chmod, copyFile, cp, mkdir } from "node:fs/promises";
import { join } from "node:path";

import { orchError, type PastConversation } from "@orch/core";

/** The folder of a run's own configuration, below the folder of the run. */
export const CLAUDE_HOME = "claude-home";
/** The login in there, as Claude Code names it. */
export const CLAUDE_LOGIN = ".credentials.json";

/**
 * Makes the configuration home of one run (mode 0700): a copy of the login (mode 0600) unless the environment holds a
 * key, and the conversations of an earlier run where one is to go on. The person's own folder is only read.
 */
export async function makeClaudeHome(input: {
  readonly folder: string;
  /** The person's folder; absent: no login is copied. */
  readonly loginFolder?: string;
  readonly resume?: PastConversation;
}): Promise<void> {
  const home = join(input.folder, CLAUDE_HOME);
  await mkdir(home, { recursive: true, mode: 0o700 });
  await chmod(home, 0o700);
  if (input.loginFolder !== undefined) await copyLogin(join(input.loginFolder, CLAUDE_LOGIN), join(home, CLAUDE_LOGIN));
  if (input.resume === undefined) return;
  const past = join(input.resume.folder, CLAUDE_HOME, "projects");
  await cp(past, join(home, "projects"), { recursive: true, verbatimSymlinks: true }).catch((cause: unknown) => {
    throw orchError("session_failed", "the earlier conversation is not there any more", { cause });
  });
}

/** A missing login is left to Claude Code to report. */
async function copyLogin(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
    await chmod(to, 0o600);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return;
    throw orchError("config_invalid", `the Claude Code login ${from} can't be read`, {
      hint: "Check its permissions.",
      cause,
    });
  }
}
