import { parseTaskId, taskKey, type Forge, type ForgeComment, type OrchError, type Task } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { act } from "../inbox.ts";
import { commandIn, helpText, issueCommands, mayCommand, spokenLines, type IssueCommand } from "./commands.ts";
import { statusComment } from "./comment-words.ts";
import { wishOf } from "./obey.ts";
import { approveIssue } from "./trust.ts";

/** How orch marks what it writes: such comments are never read as somebody's word (law 7). */
const OWN = /^\s*<!-- orch[: ]/;
/** Comments that were there before the task are not about it; clocks of two machines differ a little. */
const SLACK_MS = 60_000;

interface Said {
  readonly forge: Forge;
  readonly comment: ForgeComment;
}

/** Acts on what somebody who may says below an issue or a pull request; each comment once, orch's own never. */
export async function takeComment(deps: EngineDeps, said: Said): Promise<void> {
  const { forge, comment } = said;
  if (OWN.test(comment.body) || comment.author.isBot) return;
  const command = commandIn(comment.body);
  const task = await taskOf(deps, said);
  if (task === undefined) {
    if (command !== undefined && "name" in command && command.name === "approve") await approveIssue(deps, said);
    return;
  }
  if (comment.createdAt < task.createdAt - SLACK_MS || (await wasHeard(deps, { task, comment }))) return;
  const role = await forge.roleOf(comment.author.login);
  if (command === undefined) {
    if (mayCommand(role, "write")) await hear(deps, { ...said, task });
  } else if ("unknown" in command) {
    if (mayCommand(role, "write")) await answer(said, `There is no command \`/${command.unknown}\`.\n\n${helpText()}`);
  } else if (mayCommand(role, issueCommands[command.name].tier)) {
    await obey(deps, { ...said, task, command });
  }
  await deps.store.commit({ writes: [{ kind: "cursor:put", name: heardCursor(task, comment), value: comment.id }] });
}

/** The task that a comment is about: its issue's, or the one whose pull request it is. */
async function taskOf(deps: EngineDeps, { forge, comment }: Said): Promise<Task | undefined> {
  const id = parseTaskId(String(comment.thread));
  const own = id.ok ? await deps.store.task({ project: forge.project, id: id.value }) : undefined;
  if (own !== undefined) return own;
  const statuses = ["new", "routed", "in_progress", "in_review", "blocked", "needs_review"] as const;
  const open = await deps.store.tasks({ project: forge.project, statuses, limit: 10_000 });
  return open.find((task) => task.pull?.number === comment.thread);
}

async function wasHeard(
  deps: EngineDeps,
  { task, comment }: { readonly task: Task; readonly comment: ForgeComment },
): Promise<boolean> {
  return (await deps.store.cursor(heardCursor(task, comment))) !== undefined;
}

function heardCursor(task: Task, comment: ForgeComment): string {
  return `comment ${taskKey(task)} ${comment.id}`;
}

/** What a person says without a command is for the agent: the next one, and a waiting task goes on with it (seed row A120). */
async function hear(deps: EngineDeps, { comment, task }: Said & { readonly task: Task }): Promise<void> {
  const text = spokenLines(comment.body).join("\n").trim();
  if (text === "" || task.status === "done" || task.status === "cancelled") return;
  const by = `github:${comment.author.login}`;
  await act(deps, {
    task,
    event: { type: "task:noted", by, text, again: true },
    actor: by,
    idempotencyKey: `comment ${comment.id}`,
  });
}

async function obey(
  deps: EngineDeps,
  given: Said & { readonly task: Task; readonly command: IssueCommand },
): Promise<void> {
  const { task, command, comment, forge } = given;
  if (command.name === "help") return answer(given, helpText());
  if (command.name === "status") {
    const attempts = await deps.store.attempts(task);
    return answer(given, statusComment({ task, attempts, now: deps.clock.now() }).body);
  }
  const actor = `github:${comment.author.login}`;
  const wish = wishOf(command, { task, by: actor, agents: await knownAgents(deps, task) });
  if ("problem" in wish) return answer(given, wish.problem);
  for (const [index, event] of wish.events.entries()) {
    const done = await act(deps, { task, event, actor, idempotencyKey: `comment ${comment.id} ${index}` });
    if (!done.ok) return answer(given, refusal(done.error));
  }
  await forge.react({ comment: comment.id, content: "rocket" });
}

async function knownAgents(deps: EngineDeps, task: Task): Promise<readonly string[]> {
  return Object.keys(deps.projects.get(task.project)?.agents ?? {});
}

function refusal({ message, hint }: OrchError): string {
  return hint === undefined ? message : `${message}\n\n${hint}`;
}

/** Every command is answered once; a comment that is there is found again by its mark. */
async function answer({ forge, comment }: Said, text: string): Promise<void> {
  const body = `@${comment.author.login}: ${text}`;
  await forge.putComment({ thread: comment.thread, marker: `orch:answer ${comment.id}`, body });
  await forge.react({ comment: comment.id, content: "eyes" });
}
