import { advance, attemptFinished, type Attempt, type AttemptRef, type ProjectSettings, type Task } from "@orch/core";
import { redacted } from "@orch/security";

import type { Closing } from "../closing.ts";
import type { RunnerDeps } from "../deps.ts";
import type { Journal } from "../journal.ts";
import { seedResult } from "../seed-result.ts";
import { seedSidecar } from "../seed-sidecar.ts";

/** More than the tails that are shown: a secret that begins before them is still seen whole. */
const READ_BYTES = 64 * 1024;
/** As `timeout` exits. */
const TIMED_OUT = 124;
const TIMES: ReadonlySet<unknown> = new Set(["wall", "silence", "no_progress"]);

/** What the files of the first seed are written from. */
export interface SeedInput {
  readonly ref: AttemptRef;
  readonly journal: Journal;
  readonly closing: Closing;
  readonly project: Pick<ProjectSettings, "policy" | "prices">;
}

/** Writes `result.json` beside the attempt's files and `sidecar.json` beside its task's: mirrors for scripts, never read here. */
export async function writeSeedFiles(deps: RunnerDeps, input: SeedInput): Promise<void> {
  const { ref, journal, closing, project } = input;
  const now = deps.clock.now();
  const result = seedResult(journal.attempt, {
    verdict: closing.verdict,
    exitCode: exitCodeOf(journal.output("run")),
    stderrTail: await tailOf(deps, { ref, name: "session/stderr.txt" }),
    stdoutTail: await tailOf(deps, { ref, name: "session/capture.log" }),
    now,
  });
  await deps.files.write(ref, { name: "result.json", text: asText(redacted(deps.redactor, result)) });
  const task = await taskAfter(deps, input);
  if (task === undefined) return;
  const worktree = pathOf(journal.output("prepare"));
  const sidecar = seedSidecar(
    {
      task,
      attempts: await attemptsWith(deps, { ...journal.attempt, endedAt: now, verdict: closing.verdict }),
      ...(worktree === undefined ? {} : { worktree }),
      ...(project.prices === undefined ? {} : { prices: project.prices }),
      now,
    },
    deps.redactor,
  );
  await deps.files.writeForTask(ref, { name: "sidecar.json", text: asText(sidecar) });
}

function asText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The end of one of an attempt's files, redacted; empty: there is none. */
export async function tailOf(
  { files, redactor }: Pick<RunnerDeps, "files" | "redactor">,
  { ref, name }: { readonly ref: AttemptRef; readonly name: string },
): Promise<string> {
  return redactor.redact((await files.tail(ref, { name, bytes: READ_BYTES })) ?? "");
}

/** The task as the engine will find it once it has heard of the attempt's end. */
async function taskAfter({ store, clock }: RunnerDeps, input: SeedInput): Promise<Task | undefined> {
  const { ref, journal, closing, project } = input;
  const task = await store.task(ref);
  const event = attemptFinished(journal.attempt, closing);
  const move = { ref, event, policy: project.policy, now: clock.now(), jitter: 0 };
  const step = advance(task, move);
  return step.ok ? step.value.task : task;
}

async function attemptsWith({ store }: RunnerDeps, last: Attempt): Promise<readonly Attempt[]> {
  return [...(await store.attempts(last)).filter(({ attempt }) => attempt < last.attempt), last];
}

function exitCodeOf(output: unknown): number | null {
  if (typeof output !== "object" || output === null) return null;
  if ("cause" in output && TIMES.has(output.cause)) return TIMED_OUT;
  return "code" in output && typeof output.code === "number" ? output.code : null;
}

function pathOf(output: unknown): string | undefined {
  return typeof output === "object" && output !== null && "path" in output && typeof output.path === "string"
    ? output.path
    : undefined;
}
