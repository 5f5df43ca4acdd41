import {
  parseTaskId,
  type Forge,
  type ForgeComment,
  type ForgeIssue,
  type ForgeSettings,
  type ForgeUser,
  type TrustTier,
} from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { mayCommand } from "./commands.ts";
import { readIssue } from "./issue-words.ts";
import { takeNewIssue } from "./new-task.ts";

/** GitHub's stamps are whole seconds. */
const SAME_MS = 1_000;

/**
 * How far the words of somebody are trusted, by what they may do at this moment (SECURITY D1): who may write anyway is
 * trusted; whom the configuration names is taken, but a person merges. Undefined: somebody who may has to approve it.
 */
export async function trustOf(
  forge: Forge,
  { author, settings }: { readonly author: ForgeUser; readonly settings: ForgeSettings },
): Promise<TrustTier | undefined> {
  const { allowedAuthors, bots } = settings.intake;
  // A program's login can be chosen by anybody; its number can't.
  if (author.isBot) return bots.includes(author.id) ? "reviewed" : undefined;
  const role = await forge.roleOf(author.login);
  if (role === "admin") return "trusted";
  const isNamed = allowedAuthors?.includes(author.login.toLowerCase());
  if (isNamed === false) return undefined;
  if (mayCommand(role, "write")) return "trusted";
  return isNamed === true ? "reviewed" : undefined;
}

/**
 * Takes a stranger's issue in because somebody who may write says `/approve` below it. What counts is what they saw: an
 * issue that changed after their comment is not taken, and later changes by the stranger never reach the task.
 */
export async function approveIssue(
  deps: EngineDeps,
  { forge, comment }: { readonly forge: Forge; readonly comment: ForgeComment },
): Promise<void> {
  const settings = deps.projects.get(forge.project)?.forge;
  const id = parseTaskId(String(comment.thread));
  if (settings === undefined || !id.ok) return;
  if (!mayCommand(await forge.roleOf(comment.author.login), "write")) return;
  const issue = await forge.issue(id.value);
  if (issue === undefined || issue.state === "closed") return;
  if (changedSince(issue, comment)) {
    await forge.putComment({
      thread: comment.thread,
      marker: `orch:answer ${comment.id}`,
      body: `@${comment.author.login}: the issue changed after your approval. Read it once more, then approve it again.`,
    });
    return;
  }
  const read = readIssue(issue, { settings, ours: [] });
  await takeNewIssue(deps, { forge, issue, trust: "reviewed", read });
}

function changedSince(issue: ForgeIssue, comment: ForgeComment): boolean {
  return issue.updatedAt >= comment.createdAt + SAME_MS;
}
