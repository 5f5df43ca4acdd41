import { parseTaskId, type ForgeUser, type TaskSpec } from "@orch/core";
import { callTitle, trustOf, type Call } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { create } from "../inbox.ts";
import { countCall, isOldCall, keepCall } from "./calls.ts";
import { excludingLabel, keptAwayText } from "./kept-away.ts";
import { saidBefore } from "./said-before.ts";
import { answer, type Said } from "./said.ts";
import type { Site } from "./site.ts";

/** Somebody's words to orch by its name. */
export type Calling = Said & { readonly call: Call };

/** A thread as its forge has it. */
interface Thread {
  readonly what: "issue" | "pull request";
  readonly title: string;
  readonly url: string;
  readonly author: ForgeUser;
  readonly body: string;
  /** The label that keeps agents away; absent: none does. */
  readonly closedBy?: string;
}

/**
 * Makes a task of what somebody who may asks of orch where there is no task; its end is told there in one comment. Strangers
 * get nothing done (SECURITY D1), and each call counts once.
 */
export async function takeCall(deps: EngineDeps, calling: Calling): Promise<void> {
  const { site, comment } = calling;
  if (await isOldCall(deps, calling)) return;
  const role = await site.forge.roleOf(comment.author.login);
  const mayCall = trustOf(comment.author, { role, intake: site.settings.intake }) === "trusted";
  const thread = mayCall ? await threadOf(site, comment.thread) : undefined;
  const counted = thread === undefined ? undefined : await countCall(deps, calling);
  if (thread !== undefined && counted !== undefined) await grant(deps, { ...calling, thread, as: counted.as });
  await deps.store.commit({ writes: [keepCall(calling), ...(counted === undefined ? [] : [counted.write])] });
}

async function grant(
  deps: EngineDeps,
  given: Calling & { readonly thread: Thread; readonly as: "counts" | "told" | "silent" },
): Promise<void> {
  const { site, comment, thread } = given;
  if (given.as !== "counts") return refuse(given, given.as);
  if (thread.closedBy !== undefined) return answer(given, keptAwayText(thread.closedBy));
  const { project } = site.forge;
  const actor = `github:${comment.author.login}`;
  const idempotencyKey = `mention ${comment.id}`;
  const notes = await saidBefore(deps, { site, thread: comment.thread, before: comment.id });
  const said = notes.length === 0 ? {} : { notes };
  const done = await create(deps, { project, spec: await specOf(given), actor, idempotencyKey, ...said });
  if (!done.ok) return answer(given, done.error.message);
  await site.forge.react({ comment: comment.id, content: "eyes" });
}

/** Told once: two programs that call each other must not talk for ever. */
export async function refuse(said: Said, as: "told" | "silent"): Promise<void> {
  if (as === "silent") return;
  const most = said.site.settings.mentions.maxRounds;
  const again = "When somebody who may write here says something without calling orch, it listens again.";
  await answer(said, `orch was called ${most} times here in a row, so this call is left alone. ${again}`);
}

async function threadOf(site: Site, number: number): Promise<Thread | undefined> {
  const { forge } = site;
  const id = parseTaskId(String(number));
  const issue = id.ok ? await forge.issue(id.value) : undefined;
  if (issue !== undefined) {
    const closedBy = excludingLabel(site, issue);
    const { title, url, author, body } = issue;
    const closed = closedBy === undefined ? {} : { closedBy };
    return { what: "issue", title, url, author, body, ...closed };
  }
  const pull = await forge.pullRequestBy(number);
  if (pull === undefined) return undefined;
  const { title, url, author, branch } = pull;
  return { what: "pull request", title, url, author, body: `Its branch is ${branch}.` };
}

async function specOf({ site, comment, call, thread }: Calling & { readonly thread: Thread }): Promise<TaskSpec> {
  const { what, title, url, author, body } = thread;
  const { intake } = site.settings;
  const role = await site.forge.roleOf(author.login);
  const trust = trustOf(author, { role, intake }) ?? "untrusted";
  // A stranger's text is read as it would be if it came by itself: not at all, or by an agent that changes nothing.
  const isShown = trust !== "untrusted" || intake.strangers === "look";
  const place = `Asked by ${comment.author.login} in a comment on ${what} #${comment.thread} (${url}).`;
  const words = isShown
    ? `The ${what} is "${title}":\n\n${body}`
    : `The text of the ${what} is by somebody who may not write to this repository, and is left out.`;
  const request = call.text === "" ? `Look at this ${what} and answer what it asks.` : call.text;
  return {
    title: callTitle(call, comment.thread),
    body: `${request}\n\n---\n\n${place} What you say at the end is the answer there. ${words}`,
    labels: [],
    source: { kind: "mention", id: String(comment.id), actor: comment.author.login, thread: comment.thread },
    pins: {},
    priority: 0,
    dependsOn: [],
    checks: [],
    ...(isShown && trust !== "trusted" ? { trust } : {}),
  };
}
