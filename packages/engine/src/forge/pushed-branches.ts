import {
  isInternalTask,
  isOrchError,
  parseBranchName,
  taskKey,
  unwrap,
  type BranchName,
  type CommitSha,
  type Forge,
  type ProjectSettings,
  type PullRequest,
  type Task,
} from "@orch/core";
import { isDraft, pullTitle, pushedBody } from "@orch/forge";
import { neutraliseOutput as neutral } from "@orch/security";

import type { EngineDeps } from "../deps.ts";
import { moveTask } from "../move-task.ts";
import { siteOf, type Site } from "./site.ts";

const MOST_TASKS = 1_000;

type Waiting = Extract<Task, { status: "needs_review" }>;

/**
 * Opens a pull request for each branch that somebody pushed for a task which waits for a person and has none (seed row
 * A38); one that is there is taken up. The task is in review then, as what people made: orch merges none of it unseen.
 * Each commit is offered once.
 */
export async function takePushed(deps: EngineDeps, forge: Forge): Promise<void> {
  const site = siteOf(deps, forge.project);
  const project = deps.projects.get(forge.project);
  if (site === undefined || project === undefined) return;
  const found = await deps.store.tasks({ project: forge.project, statuses: ["needs_review"], limit: MOST_TASKS });
  const waiting = found.filter(
    (task): task is Waiting => task.status === "needs_review" && !hadPull(task) && task.reason !== "held",
  );
  // The names of orch's own tasks begin otherwise than those of issues: two questions at most.
  for (const tasks of [
    waiting.filter(({ id }) => isInternalTask(id)),
    waiting.filter(({ id }) => !isInternalTask(id)),
  ]) {
    const prefix = commonStart(tasks.map((task) => stemOf(deps, { task, project })));
    if (prefix === "") continue;
    const branches = await forge.branches(prefix);
    for (const task of tasks) await takeBranch(deps, { task, project, site, branches });
  }
}

function hadPull({ pull, earlierPulls }: Task): boolean {
  return pull !== undefined || earlierPulls !== undefined;
}

/** How the branches of a task begin, by the project's template. */
function stemOf(
  deps: EngineDeps,
  { task, project }: { readonly task: Task; readonly project: ProjectSettings },
): string {
  return deps.branchFor(project.branchTemplate, { ...task, title: "" });
}

function commonStart(names: readonly string[]): string {
  const [first = "", ...others] = names;
  let length = first.length;
  for (const name of others) while (!name.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

interface Pushed {
  readonly task: Waiting;
  readonly project: ProjectSettings;
  readonly site: Site;
  readonly branches: ReadonlyMap<BranchName, CommitSha>;
}

async function takeBranch(deps: EngineDeps, pushed: Pushed): Promise<void> {
  const { task, project, site, branches } = pushed;
  const stem = stemOf(deps, { task, project });
  const mine = [...branches].filter(([name]) => name === task.branch || name === stem || name.startsWith(`${stem}-`));
  const ours = new Set(await publishedBy(deps, task));
  const kept = `pushed ${taskKey(task)}`;
  const tried = await deps.store.cursor(kept);
  const fresh = mine.find(([, tip]) => !ours.has(tip) && tip !== tried);
  if (fresh === undefined) return;
  const [branch, tip] = fresh;
  const pull = await openFor(deps, { ...pushed, branch, tip });
  const writes = [{ kind: "cursor:put", name: kept, value: tip } as const];
  if (pull === undefined) return void (await deps.store.commit({ writes }));
  const { number, url, base, head: commit } = pull;
  const isOwnDraft = pull.draft && pull.author.id === (await site.forge.self()).id;
  const event = {
    type: "pull:found",
    pull: { number, url, ...(isOwnDraft ? { draft: true as const } : {}) },
    result: { branch, base, commit, attempt: 0, checks: 0 },
  } as const;
  const key = `${taskKey(task)} found ${task.version} ${tip}`;
  await moveTask(deps, { ref: task, event, key, actor: `${site.forge.name}:push`, writes: () => writes });
}

/** The commits that orch itself published for a task, or was about to when it died: those are nobody else's push. */
async function publishedBy({ store }: EngineDeps, task: Waiting): Promise<readonly CommitSha[]> {
  const own: CommitSha[] = task.result === undefined ? [] : [task.result.commit];
  for (const { attempt, commit } of await store.attempts(task)) {
    if (commit === undefined) continue;
    const steps = await store.steps({ project: task.project, id: task.id, attempt });
    if (steps.some(({ step }) => step === "publish")) own.push(commit);
  }
  return own;
}

/** Undefined: there is nothing to review, or people closed its pull request. */
async function openFor(
  deps: EngineDeps,
  { task, project, site, branch, tip }: Pushed & { readonly branch: BranchName; readonly tip: CommitSha },
): Promise<PullRequest | undefined> {
  const { forge, settings } = site;
  const there = await forge.pullRequest(branch);
  if (there !== undefined && (there.state === "open" || there.head === tip)) {
    return there.state === "open" ? there : undefined;
  }
  const named = task.base ?? project.defaultBranch;
  const base = named === undefined ? {} : { base: unwrap(parseBranchName(named)) };
  const draft = isDraft(task.trust === undefined ? {} : { trust: task.trust }, settings.pull);
  const title = pullTitle(task, { neutral });
  const body = pushedBody({ task, settings: settings.pull, branch }, { neutral });
  try {
    return await forge.openPullRequest({ branch, ...base, title, body, draft });
  } catch (error) {
    if (!isOrchError(error) || error.retryable) throw error;
    deps.logger.info({ task: taskKey(task), branch, error }, "a branch that was pushed gets no pull request");
    return undefined;
  }
}
