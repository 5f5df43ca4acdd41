import { issueCommands } from "@orch/commands";
import type { ForgeComment, ForgeRole, TaskNote } from "@orch/core";
import { isUnmarked, mayWrite, parseCommand, withoutQuotes } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { namesOf } from "./calls.ts";
import { noteOf } from "./said.ts";
import { isOwn, type Site } from "./site.ts";

const MOST = 10;
const MOST_LOOKED_AT = 100;
const LONGEST_AGO_MS = 30 * 86_400_000;

/**
 * What people who may write said in a thread in the last 30 days, before it became a task: the last ten comments, oldest
 * first (seed row A77). Commands, programs and orch itself say nothing here. `before`: the comment that made the task.
 */
export async function saidBefore(
  deps: EngineDeps,
  { site, thread, before }: { readonly site: Site; readonly thread: number; readonly before?: number },
): Promise<readonly TaskNote[]> {
  const since = deps.clock.now() - LONGEST_AGO_MS;
  const all = await site.forge.comments(thread);
  const newest = all
    .filter(({ id, createdAt }) => createdAt >= since && (before === undefined || id < before))
    .slice(-MOST_LOOKED_AT)
    .toReversed();
  const self = await namesOf(site);
  const roles = new Map<string, ForgeRole>();
  const notes: TaskNote[] = [];
  for (const comment of newest) {
    if (notes.length === MOST) break;
    if (await countsIn({ site, roles, self }, comment)) notes.unshift(noteOf(comment, withoutQuotes(comment.body)));
  }
  return notes;
}

async function countsIn(
  {
    site,
    roles,
    self,
  }: { readonly site: Site; readonly roles: Map<string, ForgeRole>; readonly self: readonly string[] },
  comment: ForgeComment,
): Promise<boolean> {
  const { author, body } = comment;
  if (author.isBot || !isUnmarked(body) || withoutQuotes(body) === "" || (await isOwn(site, comment))) return false;
  if (parseCommand(body, { commands: issueCommands, self }).kind !== "none") return false;
  const role = roles.get(author.login) ?? (await site.forge.roleOf(author.login));
  roles.set(author.login, role);
  return mayWrite(role);
}
