import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { Conceal, LoginFile, Result } from "@orch/core";

import { bringFolder, type BringInput } from "../bring-conversation.ts";
import { copyLogin, type LoginCopy } from "../login-copy.ts";
import { claudeLogin } from "./claude-login.ts";

/** The folder of a run's own configuration, below the folder of the run. */
export const CLAUDE_HOME = "claude-home";
/** The login in there, as Claude Code names it. */
export const CLAUDE_LOGIN = ".credentials.json";

/**
 * Makes the configuration home of one run (mode 0700): a copy of the login (mode 0600) unless the environment holds a
 * key. The person's own folder is only read. Gives the login where placeholders stand in the copy.
 */
export async function makeClaudeHome(input: {
  readonly folder: string;
  /** The person's folder; absent: no login is copied. */
  readonly loginFolder?: string;
  readonly conceal?: Conceal;
}): Promise<LoginFile | undefined> {
  const home = join(input.folder, CLAUDE_HOME);
  await mkdir(home, { recursive: true, mode: 0o700 });
  await chmod(home, 0o700);
  const { loginFolder, conceal } = input;
  const masking = conceal === undefined ? {} : { conceal };
  if (loginFolder === undefined) return undefined;
  return copyLogin({ ...claudeLoginIn(loginFolder), to: join(home, CLAUDE_LOGIN), ...masking });
}

/** Brings the conversations of an earlier run's home. */
export function bringClaudeConversation(input: BringInput): Promise<Result<void, string>> {
  const isIt = (path: string): boolean => path.endsWith(`/${input.past.session}.jsonl`);
  return bringFolder(input, { folder: `${CLAUDE_HOME}/projects`, isIt });
}

/** The login of a person's folder. */
export function claudeLoginIn(folder: string): Pick<LoginCopy, "title" | "from" | "shape"> {
  return { title: "Claude Code", from: join(folder, CLAUDE_LOGIN), shape: claudeLogin };
}
