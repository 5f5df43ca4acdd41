import { createHash } from "node:crypto";

import {
  isPlanning,
  trustRules,
  type HiddenPassage,
  type PastAttempt,
  type PreparedClone,
  type PromptInput,
} from "@orch/core";

import type { StepContext } from "../context.ts";
import { withWarnings } from "../journal.ts";
import { promptNotes } from "../notes.ts";
import { resumption } from "../resume.ts";
import { surroundingsOf } from "../surroundings-of-task.ts";
import { checksOf } from "./check.ts";
import { keptContext } from "./task-context.ts";

const PAST_ATTEMPTS = 3;
const INSTRUCTION_BYTES = 32 * 1024;
const TREE_LINES = 200;

const HIDDEN_FILE = "hidden.json";

/** The name of the report file, inside the attempt folder. */
export const REPORT_FILE = "agent/report.json";

/** Where the prompts were written. */
export interface PromptFiles {
  readonly system: string;
  readonly message: string;
}

/** Writes the prompts: facts from the base commit and from earlier attempts, never from the agent's clone (T8). */
export async function writePrompts(context: StepContext, clone: PreparedClone): Promise<PromptFiles> {
  const { deps, run, ref, journal } = context;
  const folder = await deps.files.folder(ref);
  const files: PromptFiles = { system: `${folder}/prompt-sys.md`, message: `${folder}/prompt-msg.md` };
  if (journal.output("prompt") !== undefined) return files;
  await journal.started("prompt", "prompting");
  const { project } = run;
  const commit = clone.baseCommit;
  const resumed = await resumption(context);
  const { notes, heard } = await promptNotes(context, resumed);
  const fence = deps.random.token(12);
  const { system, message, hidden } = deps.prompts.render({
    task: { ...run.task, notes },
    attempt: ref.attempt,
    branch: clone.branch,
    baseCommit: commit,
    folder: clone.path,
    checks: checksOf(run),
    instructions: await deps.workspace.readFiles({
      project,
      commit,
      paths: project.instructionFiles,
      maxBytes: INSTRUCTION_BYTES,
    }),
    tree: await deps.workspace.listFiles({ project, commit, limit: TREE_LINES }),
    ...(await skillsOf(context)),
    ...(await earlierOf(context)),
    ...(await surroundingsOf(context, clone)),
    fence,
    protectedPaths: project.gate.protectedPaths,
    ...(trustRules(run.task).writes ? {} : { readOnly: true }),
    ...(isPlanning(run.task) ? { planning: true } : {}),
    ...(context.driver.capabilities.reportFile ? { reportFile: `${folder}/${REPORT_FILE}` } : {}),
  });
  await deps.files.write(ref, { name: "prompt-sys.md", text: system });
  await deps.files.write(ref, { name: "prompt-msg.md", text: message });
  const warnings = await keepHidden(context, hidden);
  await journal.done("prompt", {
    output: {
      system: system.length,
      message: message.length,
      fence,
      ...(resumed === undefined ? {} : { resumes: { ...resumed } }),
    },
    attempt: {
      promptDigest: createHash("sha256").update(`${system}\n${message}`).digest("hex").slice(0, 16),
      ...(heard.length === 0 ? {} : { heard }),
      ...(warnings.length === 0 ? {} : { warnings: withWarnings(journal.attempt.warnings, warnings) }),
    },
  });
  return files;
}

/** What the task's words hide is kept for whoever looks into it, and told. */
async function keepHidden({ deps, ref }: StepContext, hidden: readonly HiddenPassage[]): Promise<readonly string[]> {
  if (hidden.length === 0) return [];
  const text = deps.redactor.redact(`${JSON.stringify(hidden, null, 2)}\n`);
  await deps.files.write(ref, { name: HIDDEN_FILE, text });
  const kinds = [...new Set(hidden.map(({ kind, where }) => `${kind} in the ${where}`))].join(", ");
  const what = hidden.length === 1 ? "a passage that nobody sees" : `${hidden.length} passages that nobody sees`;
  return [`The task's words hold ${what} (${kinds}): look at ${HIDDEN_FILE} in the attempt's folder.`];
}

/** The documents of the skills that the router gave to the task. */
async function skillsOf({ deps, run }: StepContext): Promise<Pick<PromptInput, "skills" | "requiredSkills">> {
  const ids = run.task.assignment.skills ?? [];
  if (ids.length === 0 || deps.skillDocuments === undefined) return {};
  const requiredSkills = run.project.routing?.requiredSkills ?? [];
  return { skills: await deps.skillDocuments(ids), requiredSkills };
}

/** What earlier attempts came to, and what is kept besides. */
async function earlierOf(context: StepContext): Promise<Pick<PromptInput, "past" | "context">> {
  const past = await pastAttempts(context);
  const shown = past.map(({ attempt }) => attempt.attempt);
  const kept = await keptContext(context.deps, { ref: context.ref, shown });
  return { past, ...(kept === undefined ? {} : { context: kept }) };
}

async function pastAttempts(context: StepContext): Promise<readonly PastAttempt[]> {
  const { deps, ref } = context;
  const earlier = (await deps.store.attempts(ref)).filter((attempt) => attempt.attempt < ref.attempt);
  const newest = earlier.slice(-PAST_ATTEMPTS);
  return Promise.all(
    newest.map(async (attempt) => ({
      attempt,
      receipts: await deps.store.receipts({ ...ref, attempt: attempt.attempt }),
    })),
  );
}
