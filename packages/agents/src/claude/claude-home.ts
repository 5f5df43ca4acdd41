import { chmod, cp, mkdir } from "node:fs/promises";
import { join } from "node:path";

import { orchError, type Conceal, type LoginFile, type PastConversation } from "@orch/core";

import { copyLogin, type LoginCopy } from "../login-copy.ts";
import { claudeLogin } from "./claude-login.ts";

/** The folder of a run's own configuration, below the folder of the run. */
export const CLAUDE_HOME = "claude-home";
/** The login in there, as Claude Code names it. */
export const CLAUDE_LOGIN = ".credentials.json";

/**
 * Makes the configuration home of one run (mode 0700): a copy of the login (mode 0600) unless the environment holds a
 * key, and the conversations of an earlier run where one is to go on. The person's own folder is only read. Gives the
 * login where placeholders stand in the copy.
 */
export async function makeClaudeHome(input: {
  readonly folder: string;
  /** The person's folder; absent: no login is copied. */
  readonly loginFolder?: string;
  readonly conceal?: Conceal;
  readonly resume?: PastConversation;
}): Promise<LoginFile | undefined> {
  const home = join(input.folder, CLAUDE_HOME);
  await mkdir(home, { recursive: true, mode: 0o700 });
  await chmod(home, 0o700);
  const { loginFolder, conceal } = input;
  const masking = conceal === undefined ? {} : { conceal };
  const login =
    loginFolder === undefined
      ? undefined
      : await copyLogin({ ...claudeLoginIn(loginFolder), to: join(home, CLAUDE_LOGIN), ...masking });
  if (input.resume === undefined) return login;
  const past = join(input.resume.folder, CLAUDE_HOME, "projects");
  await cp(past, join(home, "projects"), { recursive: true, verbatimSymlinks: true }).catch((cause: unknown) => {
    throw orchError("session_failed", "the earlier conversation is not there any more", { cause });
  });
  return login;
}

/** The login of a person's folder. */
export function claudeLoginIn(folder: string): Pick<LoginCopy, "title" | "from" | "shape"> {
  return { title: "Claude Code", from: join(folder, CLAUDE_LOGIN), shape: claudeLogin };
}
