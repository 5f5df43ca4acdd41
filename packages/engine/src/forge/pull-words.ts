import type { Attempt, ForgeSettings, ProjectSettings, Receipt, Task } from "@orch/core";
import {
  conventionOf,
  isDraft,
  pullBody,
  pullTitle,
  squashText,
  type GateResult,
  type SubjectConvention,
} from "@orch/forge";
import { neutraliseOutput as neutral } from "@orch/security";

import type { EngineDeps } from "../deps.ts";
import { resultGate } from "./result-gate.ts";

type InReview = Extract<Task, { status: "in_review" }>;

/** A pull request's words, and whether its result is done by the project's definition. */
export interface PullWords {
  readonly title: string;
  readonly body: string;
  readonly draft: boolean;
  readonly gate: GateResult;
}

/** What a pull request's words are made from. */
export interface PullInput {
  readonly task: InReview;
  readonly attempt: Attempt;
  readonly receipts: readonly Receipt[];
  readonly project: ProjectSettings;
  readonly settings: ForgeSettings;
}

/** Where repositories keep the template of their pull requests, as GitHub looks for it. */
const TEMPLATES = [".github", "", "docs"].flatMap((folder) =>
  ["pull_request_template.md", "PULL_REQUEST_TEMPLATE.md"].map((name) => (folder === "" ? name : `${folder}/${name}`)),
);
const LONGEST_TEMPLATE = 30_000;
const LOOKED_AT = 30;

/** A pull request's title and text: what was done, what proves it, and whose work it is (seed row A89). */
export async function pullWords(deps: EngineDeps, input: PullInput): Promise<PullWords> {
  const { task, attempt, receipts, project, settings } = input;
  const gate = resultGate({ task, attempt, receipts, project });
  const template = await templateOf(deps, input);
  const view = {
    task,
    attempt,
    receipts,
    gate,
    settings: settings.pull,
    ...(template === undefined ? {} : { template }),
  };
  return {
    title: pullTitle(task, { neutral, convention: await convention(deps, input) }),
    body: pullBody(view, { neutral }),
    draft: isDraft(task, settings.pull),
    gate,
  };
}

/** How a pull request is merged, and what the commit says. */
export async function mergeWords(
  deps: EngineDeps,
  input: Omit<PullInput, "receipts">,
): Promise<{
  readonly method: ForgeSettings["pull"]["mergeMethod"];
  readonly title: string;
  readonly message: string;
}> {
  const { task, attempt, settings } = input;
  const { title, message } = squashText(task, {
    pull: task.pull?.number ?? 0,
    agent: attempt.assignment.agent,
    ...(attempt.report?.summary === undefined ? {} : { summary: attempt.report.summary }),
    convention: await convention(deps, input),
    neutral,
  });
  return { method: settings.pull.mergeMethod, title, message };
}

async function templateOf(deps: EngineDeps, { attempt, project }: PullInput): Promise<string | undefined> {
  if (attempt.baseCommit === undefined) return undefined;
  const request = { project, commit: attempt.baseCommit, paths: TEMPLATES, maxBytes: LONGEST_TEMPLATE };
  const files = await deps.workspace.readFiles(request);
  return TEMPLATES.map((path) => files[path]).find((text) => text !== undefined);
}

/** How the subjects of the repository's commits look. */
async function convention(
  deps: EngineDeps,
  { attempt, project }: Pick<PullInput, "attempt" | "project">,
): Promise<SubjectConvention> {
  if (attempt.baseCommit === undefined) return "plain";
  const lines = await deps.workspace.log({ project, commit: attempt.baseCommit, limit: LOOKED_AT });
  return conventionOf(lines.map((line) => line.slice(line.indexOf(" ") + 1)));
}
