import {
  addUsage,
  noUsage,
  sessionIdOf,
  settingsOfAccount,
  taskKey,
  type AgentEvent,
  type AttemptOutcome,
  type AttemptRef,
  type AttemptRun,
  type AttemptRunner,
  type SessionId,
} from "@orch/core";
import { confineProject, redacted } from "@orch/security";

import { identityOf } from "./activity.ts";
import { closingFrom, closingOf, type Closing } from "./closing.ts";
import type { RunnerDeps } from "./deps.ts";
import { endingFor } from "./ending.ts";
import { LeaseGone, openJournal, type Journal } from "./journal.ts";
import { heardBy, tellNotes } from "./notes.ts";
import { runPipeline, type PipelineEnd } from "./pipeline.ts";
import { messageShown } from "./read-run.ts";
import { createSpendMeter, type SpendMeter } from "./spend-meter.ts";
import { runBeforeRemove } from "./steps/before-remove.ts";
import { discardCredentials } from "./steps/login-copies.ts";
import { releaseAgent, report } from "./steps/report.ts";
import { leasePorts } from "./task-ports.ts";

/** Makes the runner of attempts. */
export function createRunner(deps: RunnerDeps): AttemptRunner {
  const meter = createSpendMeter(deps);
  return {
    run: (run) => runAttempt(deps, run, meter),
    stop: (input) => stopAttempt(deps, input),
    tell: (ref) => tellNotes(deps, ref),
    async retire({ task, project, signal }) {
      await stopAttempt(deps, { task, attempt: task.lastAttempt, why: "the task has ended" });
      await runBeforeRemove(deps, { task, project, signal });
    },
    reap: (owned) => reap(deps, owned),
  };
}

async function runAttempt(deps: RunnerDeps, run: AttemptRun, meter: SpendMeter): Promise<AttemptOutcome> {
  try {
    const journal = await openJournal(deps, run);
    // An earlier runner's agent may have ended already; what it used is not counted before the attempt is.
    meter.note(refOf(run.task), journal.attempt.usage);
    const closing = closingFrom(journal.output("report")) ?? (await conclude(deps, { run, journal, meter }));
    await releaseAgent(deps, { ref: refOf(run.task), journal });
    const { lesson, ...told } = closing;
    const attempt = lesson === undefined ? journal.attempt : { ...journal.attempt, lesson };
    return { kind: "finished", attempt, ...told };
  } catch (error) {
    if (error instanceof LeaseGone) return { kind: "abandoned", why: error.message };
    if (run.signal.aborted) return { kind: "abandoned", why: String(run.signal.reason) };
    throw error;
  }
}

async function runSteps(
  deps: RunnerDeps,
  input: { readonly run: AttemptRun; readonly journal: Journal; readonly meter: SpendMeter },
): Promise<PipelineEnd> {
  const { run, journal, meter } = input;
  const { task } = run;
  const project = confineProject(run.project, task);
  const { agent: name, account: login } = task.assignment;
  const configured = project.agents[name];
  const settings = configured === undefined ? undefined : settingsOfAccount(configured, login);
  if (settings === undefined) {
    const who = login === undefined ? `The agent ${name}` : `The account ${login} of ${name}`;
    return { ending: endingFor("no_agent", `${who} is not configured any more.`) };
  }
  const driver = deps.drivers[settings.driver];
  if (driver === undefined) return { ending: endingFor("no_agent", `There is no driver called ${settings.driver}.`) };
  const context = {
    deps,
    run: { ...run, project },
    ref: refOf(task),
    project,
    assignment: task.assignment,
    signal: run.signal,
    journal,
    driver,
    settings,
    meter,
  };
  const leased = await leasePorts(context);
  if ("ending" in leased) return leased;
  return runPipeline({ ...context, ...leased });
}

async function conclude(
  deps: RunnerDeps,
  input: { readonly run: AttemptRun; readonly journal: Journal; readonly meter: SpendMeter },
): Promise<Closing> {
  const closing = closingOf(deps, await runSteps(deps, input));
  const { run, journal } = input;
  await report(deps, { ref: refOf(run.task), journal, closing, project: run.project });
  return closing;
}

async function stopAttempt(deps: RunnerDeps, input: Parameters<AttemptRunner["stop"]>[0]): Promise<void> {
  const { task, attempt, why, resumable = false } = input;
  const ref: AttemptRef = { project: task.project, id: task.id, attempt };
  const agent = sessionIdOf(ref, "agent");
  for (const session of await deps.sessions.list()) {
    if (!sameAttempt(session.attempt, ref)) continue;
    await deps.sessions.stop(session.id, { mode: "terminate", why });
    if (session.id !== agent) await deps.sessions.release(session.id);
  }
  await discardCredentials(deps, ref);
  const probe = await deps.sessions.probe(agent);
  if (probe.state === "exited" || probe.state === "lost") {
    await keepAccount(deps, ref, agent);
    if (!resumable) await deps.sessions.release(agent);
  }
}

/** What a stopped agent had used has been paid for all the same, and its conversation may go on, with what it was told. */
async function keepAccount(deps: RunnerDeps, ref: AttemptRef, session: SessionId): Promise<void> {
  const attempt = await deps.store.attempt(ref);
  if (attempt === undefined || attempt.phase === "finished") return;
  const stop = new AbortController();
  let usage = noUsage;
  let ready: AgentEvent[] = [];
  const shown = new Set<string>();
  for await (const line of deps.sessions.follow(session, { after: 0, signal: stop.signal })) {
    if (line.kind === "agent" && line.event.type === "usage") usage = addUsage(usage, line.event.usage);
    if (line.kind === "agent" && line.event.type === "session:ready") ready = [line.event];
    if (line.kind === "agent") for (const id of messageShown(line.event)) shown.add(id);
    if (line.kind === "exit") stop.abort();
  }
  if (usage === noUsage && ready.length === 0) return;
  const told = await heardBy(deps, { attempt, shown });
  const known = { ...attempt, ...redacted(deps.redactor, identityOf(ready)), ...told, usage };
  await deps.store.commit({ writes: [{ kind: "attempt:put", attempt: known }] });
}

async function reap(deps: RunnerDeps, owned: readonly AttemptRef[]): Promise<number> {
  let ended = 0;
  for (const session of await deps.sessions.list()) {
    if (owned.some((ref) => sameAttempt(ref, session.attempt))) continue;
    deps.logger.warn({ session: session.id, task: taskKey(session.attempt) }, "a session that nobody owns was ended");
    await deps.sessions.stop(session.id, { mode: "terminate", why: "no attempt owns it" });
    await deps.sessions.release(session.id);
    ended += 1;
  }
  return ended;
}

function refOf(task: AttemptRun["task"]): AttemptRef {
  return { project: task.project, id: task.id, attempt: task.attempt };
}

function sameAttempt(left: AttemptRef, right: AttemptRef): boolean {
  return left.project === right.project && left.id === right.id && left.attempt === right.attempt;
}
