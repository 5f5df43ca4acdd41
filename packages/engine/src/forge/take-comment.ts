import { issueCommands, issueCommandUsage, mayUse, tierOfRole, type IssueCommandName } from "@orch/commands";
import { isSettled, parseTaskId, taskKey, type Forge, type ForgeComment, type OrchError, type Task } from "@orch/core";
import { mayWrite, parseCommand, replyMark, type CommandReading } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { act } from "../inbox.ts";
import { statusWords } from "./comment-words.ts";
import { namesText } from "./intake.ts";
import { wishOf } from "./obey.ts";
import { isOwn, markerOf, siteOf, type Site } from "./site.ts";
import { takeIssue } from "./take-issue.ts";

/** Comments that were there before the task are not about it; clocks of two machines differ a little. */
const SLACK_MS = 60_000;

interface Said {
  readonly site: Site;
  readonly comment: ForgeComment;
}

/** Acts on what somebody who may says below an issue or a pull request; each comment once, orch's own never. */
export async function takeComment(
  deps: EngineDeps,
  { forge, comment }: { readonly forge: Forge; readonly comment: ForgeComment },
): Promise<void> {
  const site = siteOf(deps, forge.project);
  if (site === undefined || comment.author.isBot || (await isOwn(site, comment))) return;
  const said = { site, comment };
  const task = await taskOf(deps, said);
  const reading = parseCommand(comment.body, { commands: issueCommands });
  if (namesText(comment) || (task === undefined && reading.kind === "command" && reading.name === "approve")) {
    await considerAgain(deps, said);
    return;
  }
  if (task === undefined || comment.createdAt < task.createdAt - SLACK_MS) return;
  const name = `comment ${taskKey(task)} ${comment.id}`;
  if ((await deps.store.cursor(name)) !== undefined) return;
  await answerTo(deps, { ...said, task, reading });
  await deps.store.commit({ writes: [{ kind: "cursor:put", name, value: comment.id }] });
}

/** Somebody names a text of a stranger's: whether it counts is decided where issues are taken. */
async function considerAgain(deps: EngineDeps, { site, comment }: Said): Promise<void> {
  const id = parseTaskId(String(comment.thread));
  const issue = id.ok ? await site.forge.issue(id.value) : undefined;
  if (issue !== undefined) await takeIssue(deps, { forge: site.forge, issue });
}

/** The task that a comment is about: its issue's, or the one whose pull request it is. */
async function taskOf(deps: EngineDeps, { site, comment }: Said): Promise<Task | undefined> {
  const { project } = site.forge;
  const id = parseTaskId(String(comment.thread));
  const own = id.ok ? await deps.store.task({ project, id: id.value }) : undefined;
  if (own !== undefined) return own;
  const statuses = ["new", "routed", "in_progress", "in_review", "blocked", "needs_review"] as const;
  const open = await deps.store.tasks({ project, statuses, limit: 10_000 });
  return open.find((task) => task.pull?.number === comment.thread);
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
    case "command":
      return mayUse(tierOfRole(role), tierOf(reading.name)) ? obey(deps, { ...heard, reading }) : undefined;
  }
}

function tierOf(name: IssueCommandName): (typeof issueCommands)[number]["tier"] {
  return issueCommands.find((command) => command.name === name)?.tier ?? "write";
}

/** What a person says without a command is for the agent: the next one, and a waiting task goes on with it (seed row A120). */
async function hear(deps: EngineDeps, { comment, task }: Heard): Promise<void> {
  // What they quote is somebody else's.
  const text = comment.body
    .split(/\r\n|\r|\n/)
    .filter((line) => !/^ {0,3}>/.test(line))
    .join("\n")
    .trim();
  if (text === "" || isSettled(task.status)) return;
  const by = `github:${comment.author.login}`;
  const idempotencyKey = `comment ${comment.id}`;
  await act(deps, { task, event: { type: "task:noted", by, text, again: true }, actor: by, idempotencyKey });
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
  const actor = `github:${comment.author.login}`;
  const agents = Object.keys(deps.projects.get(task.project)?.agents ?? {});
  const wish = wishOf(reading.name, { task, by: actor, agents, argument: reading.argument });
  if ("problem" in wish) return answer(given, wish.problem);
  for (const [index, event] of wish.events.entries()) {
    const done = await act(deps, { task, event, actor, idempotencyKey: `comment ${comment.id} ${index}` });
    if (!done.ok) return answer(given, refusal(done.error));
  }
  const ignored = reading.ignored.map((name) => `\`/${name}\``).join(", ");
  if (ignored !== "") return answer(given, `Done. One command per comment counts; not done: ${ignored}.`);
  await site.forge.react({ comment: comment.id, content: "rocket" });
}

function refusal({ message, hint }: OrchError): string {
  return hint === undefined ? message : `${message}\n\n${hint}`;
}

function helpText(): string {
  const rows = issueCommands.map((command) => {
    return `| \`${issueCommandUsage(command).replaceAll("|", "\\|")}\` | ${command.summary} |`;
  });
  return ["| command | what it does |", "| --- | --- |", ...rows].join("\n");
}

/** Every command is answered once; an answer that is there is found again by its mark. */
async function answer({ site, comment }: Said, text: string): Promise<void> {
  const { thread, id, author } = comment;
  const marker = markerOf(site, replyMark(id), thread);
  await site.forge.putComment({ thread, marker, body: `@${author.login}: ${text}` });
  await site.forge.react({ comment: id, content: "eyes" });
}
