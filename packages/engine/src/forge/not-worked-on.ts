import { issueCommands, issueCommandUsage, type IssueCommandName } from "@orch/commands";
import { issueNumberOf, parseTaskId, taskKey, type Task } from "@orch/core";
import { mayWrite } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { mayAsk } from "./answers-to-others.ts";
import { isOldCall } from "./calls.ts";
import { waitingName } from "./intake.ts";
import { publishedAs } from "./issue-of-task.ts";
import { actedOn, answer, keepActedOn, type Said } from "./said.ts";
import type { Site } from "./site.ts";

/** The commands, as an answer shows them. */
export function helpText(): string {
  const rows = issueCommands.map((command) => {
    return `| \`${issueCommandUsage(command).replaceAll("|", "\\|")}\` | ${command.summary} |`;
  });
  return ["| command | what it does |", "| --- | --- |", ...rows].join("\n");
}

/**
 * Tells somebody who may write that an open issue is no task, and how it becomes one: once for each command, five times
 * an hour in an issue, for other programs have commands of the same names. Below pull requests of others nothing is said.
 */
export async function answerWithoutTask(
  deps: EngineDeps,
  { said, name }: { readonly said: Said; readonly name: IssueCommandName },
): Promise<void> {
  const { site, comment } = said;
  const id = parseTaskId(String(comment.thread));
  if (!id.ok || !mayWrite(await site.forge.roleOf(comment.author.login))) return;
  const ref = { project: site.forge.project, id: id.value };
  // The same name as where there is a task: when the issue becomes one, the answer is not given again.
  const cursor = actedOn(ref, comment.id);
  if ((await deps.store.cursor(cursor)) !== undefined || (await isOldCall(deps, said))) return;
  const issue = await site.forge.issue(id.value);
  if (issue !== undefined && (await publishedAs(site, issue)) !== undefined) return;
  if (issue?.state === "open" && (await mayAsk(deps, said))) {
    const how = beginning(site, await waitingName(deps.store, ref));
    const help = name === "help" ? `\n\n${helpText()}` : "";
    await answer(said, `This issue is no task. ${how}${help}`);
  }
  await deps.store.commit({ writes: [keepActedOn(ref, comment.id)] });
}

/** What makes an issue a task. */
function beginning({ settings: { intake, labels } }: Site, waits: string | undefined): string {
  if (waits !== undefined) return `It waits for somebody who may write to approve it: \`/approve ${waits}\`.`;
  if (intake.mode === "manual") return "`/approve` makes it one.";
  const label = intake.onlyLabel ?? (intake.mode === "label" ? labels.names.orchestrate : undefined);
  return label === undefined
    ? "A label keeps it away, or it is not taken in yet."
    : `The label \`${label}\` makes it one.`;
}

/** Tells somebody who may write once that nobody hears what is said about a task that has ended (seed row A120). */
export async function tellItIsOver(deps: EngineDeps, { task, ...said }: Said & { readonly task: Task }): Promise<void> {
  const cursor = `over ${taskKey(task)} ${task.lastAttempt}`;
  if (said.comment.createdAt < task.updatedAt || (await deps.store.cursor(cursor)) !== undefined) return;
  await answer(said, `${overText(task)} For something else open another issue, or call \`@orch\`.`);
  await deps.store.commit({ writes: [{ kind: "cursor:put", name: cursor, value: said.comment.id }] });
}

function overText(task: Task): string {
  const issue = issueNumberOf(task);
  if (task.status === "cancelled")
    return "This was given up, so no agent hears it. `/retry` and what is to be done takes it up again.";
  const again = issue === undefined ? "" : ` or open #${issue} again`;
  return `This is done, so no agent hears it. Say \`/retry\` and what is missing${again}, and an agent goes on with it.`;
}
