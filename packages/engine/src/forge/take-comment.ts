import { issueCommands, mayUse, tierOfRole, type IssueCommandName } from "@orch/commands";
import {
  isSettled,
  issueNumberOf,
  orchError,
  parseTaskId,
  unwrap,
  type ForgeComment,
  type OrchError,
  type PullRef,
  type Task,
} from "@orch/core";
import { belowIssues, callIn, mayWrite, parseCommand, withoutQuotes, type CommandReading } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { act } from "../inbox.ts";
import { lastAgent, takeAgentLabelsOff } from "./agent-pins.ts";
import { mayAsk } from "./answers-to-others.ts";
import { countCall, hearPerson, isOldCall, keepCall, namesOf } from "./calls.ts";
import { statusWords } from "./comment-words.ts";
import { namesText, waitingName } from "./intake.ts";
import { taskOfIssue } from "./issue-of-task.ts";
import { acknowledge, keptAwayBy, keptAwayText } from "./kept-away.ts";
import type { Look } from "./look.ts";
import { answerWithoutTask, helpText, tellItIsOver } from "./not-worked-on.ts";
import { wishOf, type Granted } from "./obey.ts";
import { actedOn, answer, keepActedOn, noteOf, type Said } from "./said.ts";
import { shownBefore } from "./shown-result.ts";
import { isOwn, siteOf, type Site } from "./site.ts";
import { refuse, takeCall } from "./take-call.ts";
import { takeIssue } from "./take-issue.ts";

/** What is said of the result that was to be seen. */
const MEANS_A_RESULT: ReadonlySet<IssueCommandName> = new Set(["merge", "approve"]);

/** What has an agent begin. */
const BEGINNINGS: ReadonlySet<IssueCommandName> = new Set(["retry", "reroute", "unblock", "review"]);

/** Comments that were there before the task are not about it; clocks of two machines differ a little. */
const SLACK_MS = 60_000;

/** Acts on what somebody who may says below an issue or a pull request; each comment once, orch's own never. */
export async function takeComment(
  deps: EngineDeps,
  { look, comment }: { readonly look: Look; readonly comment: ForgeComment },
): Promise<void> {
  const known = siteOf(deps, look.forge.project);
  const site = known === undefined ? undefined : { ...known, forge: look.forge };
  if (site === undefined || comment.author.isBot || (await isOwn(site, comment))) return;
  const self = await namesOf(site);
  const call = callIn(comment.body, self);
  const said = { site, comment, ...(call === undefined ? {} : { call }) };
  const reading = parseCommand(comment.body, { commands: issueCommands, self });
  const task = await taskOf(deps, { said, look });
  if (namesText(comment) || (task === undefined && reading.kind === "command" && reading.name === "approve"))
    return letIn(deps, { said, look });
  if (call === undefined) await hearPerson(deps, said);
  if (call !== undefined && isForNewTask(said, { task, reading })) return takeCall(deps, { ...said, call });
  if (task !== undefined) return answerOnce(deps, { ...said, task, reading });
  if (reading.kind === "command") await answerWithoutTask(deps, { said, name: reading.name });
}

async function letIn(deps: EngineDeps, asked: { readonly said: Said; readonly look: Look }): Promise<void> {
  await considerAgain(deps, asked);
  if ((await taskOf(deps, asked)) === undefined) await answerWithoutTask(deps, { said: asked.said, name: "approve" });
}

async function answerOnce(deps: EngineDeps, heard: Heard): Promise<void> {
  const { comment, task, call } = heard;
  if (wasBefore(comment, task)) return;
  if ((await deps.store.cursor(actedOn(task, comment.id))) !== undefined) return;
  await answerTo(deps, heard);
  const kept = call === undefined ? [] : [keepCall(heard)];
  await deps.store.commit({ writes: [keepActedOn(task, comment.id), ...kept] });
}

/** Whether a comment was there before what made the task of its thread; then it is no word about it, or was told with it. */
function wasBefore({ id, createdAt }: ForgeComment, { source, ...task }: Task): boolean {
  if (source.kind === "mention") return id < Number(source.id);
  // Its issue is there for the task alone, and may be there long before it when orch dies in between.
  if (source.kind === "delegation") return false;
  return createdAt < task.createdAt - SLACK_MS;
}

/** Whether a call asks for something new: where there is no task, words that could be a command are none without a slash. */
function isForNewTask(
  { comment, call }: Said,
  { task, reading }: { readonly task: Task | undefined; readonly reading: CommandReading },
): boolean {
  if (task !== undefined) return reading.kind === "none" && isSettled(task.status);
  if (reading.kind === "none") return true;
  const direct = parseCommand(comment.body, { commands: issueCommands });
  return direct.kind === "none" && call?.text.startsWith("/") === false;
}

/**
 * Somebody names a text of a stranger's: whether it counts is decided where issues are taken, once a look. Others than
 * those who may write cost their role and nothing more, however often they say so.
 */
async function considerAgain(
  deps: EngineDeps,
  { said: { site, comment }, look }: { readonly said: Said; readonly look: Look },
): Promise<void> {
  if (look.considered.has(comment.thread) || !mayWrite(await site.forge.roleOf(comment.author.login))) return;
  look.considered.add(comment.thread);
  const id = parseTaskId(String(comment.thread));
  const issue = id.ok ? await site.forge.issue(id.value) : undefined;
  if (issue !== undefined) await takeIssue(deps, { forge: site.forge, issue });
}

/** The task that a comment is about: its issue's, the one whose pull request it is, or the one that a call there became. */
async function taskOf(
  deps: EngineDeps,
  { said: { site, comment }, look }: { readonly said: Said; readonly look: Look },
): Promise<Task | undefined> {
  const { project } = site.forge;
  const own = await taskOfIssue(deps.store, { project, number: comment.thread });
  if (own !== undefined && !isSettled(own.status)) return own;
  const statuses = ["new", "routed", "in_progress", "in_review", "blocked", "needs_review"] as const;
  const open = await deps.store.tasks({ project, statuses, limit: 10_000 });
  const isAbout = ({ number }: PullRef): boolean => number === comment.thread;
  const found =
    open.find(({ pull }) => pull !== undefined && isAbout(pull)) ??
    open.find(({ earlierPulls = [] }) => earlierPulls.some(isAbout)) ??
    open.find((task) => isCalled(task, comment)) ??
    own;
  return found ?? endedAt(deps, { look, pull: comment.thread });
}

/** The task whose pull request is over; of the last thousand that have ended. */
function endedAt(
  { store }: EngineDeps,
  { look, pull }: { readonly look: Look; readonly pull: number },
): Promise<Task | undefined> {
  const { project } = look.forge;
  const known = look.ended.get(pull);
  if (known !== undefined) return known;
  const asked = store.tasks({ project, statuses: ["done", "cancelled"], limit: 1_000 });
  const found = asked.then((tasks) => tasks.find((task) => task.pull?.number === pull));
  look.ended.set(pull, found);
  found.catch(() => look.ended.delete(pull));
  return found;
}

function isCalled({ source }: Task, { thread }: ForgeComment): boolean {
  return source.kind === "mention" && source.thread === thread;
}

type Heard = Said & { readonly task: Task; readonly reading: CommandReading<IssueCommandName> };

async function answerTo(deps: EngineDeps, heard: Heard): Promise<void> {
  const { site, comment, reading } = heard;
  const role = await site.forge.roleOf(comment.author.login);
  switch (reading.kind) {
    case "none":
      return mayWrite(role) ? hear(deps, heard) : undefined;
    case "unknown": {
      if (!mayWrite(role)) return undefined;
      const meant = reading.nearest === undefined ? "" : ` Did you mean \`/${reading.nearest}\`?`;
      return answer(heard, `There is no command \`/${reading.word}\`.${meant}\n\n${helpText()}`);
    }
    case "invalid":
      return mayWrite(role) ? answer(heard, `\`/${reading.name}\`: ${reading.why}`) : undefined;
    case "command": {
      if (!mayUse(tierOfRole(role), tierOf(reading.name))) return undefined;
      return mayWrite(role) || (await mayAsk(deps, heard)) ? obey(deps, { ...heard, reading }) : undefined;
    }
  }
}

function tierOf(name: IssueCommandName): (typeof issueCommands)[number]["tier"] {
  return issueCommands.find((command) => command.name === name)?.tier ?? "write";
}

/** What a person says without a command is for the agent: the next one, and a waiting task goes on with it (seed row A120). */
async function hear(deps: EngineDeps, heard: Heard): Promise<void> {
  const { comment, task, call } = heard;
  if (!(await isForAgents(deps, heard))) return;
  const text = call?.text ?? withoutQuotes(comment.body);
  if (text === "") return;
  if (isSettled(task.status)) return call === undefined ? tellItIsOver(deps, heard) : undefined;
  const idempotencyKey = `comment ${comment.id}`;
  const { id, from: by } = noteOf(comment, text);
  const aside = call === undefined ? ({ aside: true } as const) : {};
  const event = { type: "task:noted", id, by, text, again: true, ...aside } as const;
  const done = await act(deps, { task, event, actor: by, idempotencyKey });
  // A task that ended at the same moment hears nothing more: looked at once more, a call is a wish of its own.
  if (call !== undefined && !done.ok && (await hasEnded(deps, task)))
    throw orchError("conflict", "the task ended while a call to it was heard");
  if (call !== undefined) await acknowledge(heard, done.ok ? done.value : task);
}

async function isForAgents(deps: EngineDeps, heard: Heard): Promise<boolean> {
  const { comment, task, call } = heard;
  if (call !== undefined) return mayCall(deps, heard);
  // What is said where a call became a task is for people, unless it calls again.
  return !isCalled(task, comment) || task.pull?.number === comment.thread;
}

async function hasEnded(deps: EngineDeps, task: Task): Promise<boolean> {
  const now = await deps.store.task(task);
  return now === undefined || isSettled(now.status);
}

/** Whether a call at a task is a new one, and not one of too many in a row. */
async function mayCall(deps: EngineDeps, heard: Heard): Promise<boolean> {
  // The call that the task is made of is no word about it.
  if (heard.task.source.id === String(heard.comment.id) || (await isOldCall(deps, heard))) return false;
  const { as, write } = await countCall(deps, heard);
  if (as !== "counts") await refuse(heard, as);
  await deps.store.commit({ writes: [write] });
  return as === "counts";
}

async function obey(
  deps: EngineDeps,
  given: Heard & { readonly reading: Extract<Heard["reading"], { kind: "command" }> },
): Promise<void> {
  const { task, reading, comment, site } = given;
  if (reading.name === "help") return answer(given, helpText());
  if (reading.name === "status") {
    return answer(given, statusWords({ task, attempts: await deps.store.attempts(task) }));
  }
  const label = BEGINNINGS.has(reading.name) ? await keptAwayBy(site, task) : undefined;
  if (label !== undefined) return answer(given, `${keptAwayText(label)} Take it off first.`);
  const actor = `github:${comment.author.login}`;
  const agents = Object.keys(deps.projects.get(task.project)?.agents ?? {});
  const shown = MEANS_A_RESULT.has(reading.name) ? await shownBefore(deps, { site, task, comment }) : undefined;
  const waits = await waitingName(deps.store, task);
  const seen = { ...(shown === undefined ? {} : { shown }), ...(waits === undefined ? {} : { waits }) };
  const had = reading.name === "reroute" ? await lastAgent(deps, task) : {};
  const asked = { task, by: actor, agents, argument: reading.argument, note: noteOf(comment, "").id, ...seen, ...had };
  const wish = wishOf(reading.name, asked);
  if ("problem" in wish) return answer(given, wish.problem);
  for (const [index, event] of wish.events.entries()) {
    const done = await act(deps, { task, event, actor, idempotencyKey: `comment ${comment.id} ${index}` });
    if (!done.ok) return answer(given, refusal(done.error));
  }
  await changeIssue(deps, { site, task, wish });
  const ignored = reading.ignored.map((name) => `\`/${name}\``).join(", ");
  if (ignored !== "") return answer(given, `Done. One command per comment counts; not done: ${ignored}.`);
  await site.forge.react({ comment: comment.id, content: "rocket" });
}

/** What a command does to the issue itself, beside its task. */
async function changeIssue(
  deps: EngineDeps,
  { site, task, wish }: { readonly site: Site; readonly task: Task; readonly wish: Granted },
): Promise<void> {
  if (wish.closes !== undefined) await closeIssue(site, { task, as: wish.closes });
  if (wish.unpins === true) await takeAgentLabelsOff(deps, { site, task });
}

async function closeIssue(
  { forge }: Site,
  { task, as }: { readonly task: Task; readonly as: "completed" | "not_planned" },
): Promise<void> {
  const number = issueNumberOf(task);
  const issue = number === undefined ? undefined : await forge.issue(unwrap(parseTaskId(String(number))));
  if (issue?.state === "open") await forge.closeIssue({ id: issue.id, as });
}

function refusal({ message, hint }: OrchError): string {
  return belowIssues(hint === undefined ? message : `${message}\n\n${hint}`);
}
