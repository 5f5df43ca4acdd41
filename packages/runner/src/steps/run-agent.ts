import {
  addUsage,
  isOrchError,
  noUsage,
  sessionIdOf,
  type AgentConclusion,
  type AgentEvent,
  type AgentLaunch,
  type PreparedClone,
  type SessionExit,
  type SessionId,
  type SessionSpec,
} from "@orch/core";
import { redacted } from "@orch/security";

import type { StepContext } from "../context.ts";
import { endingFor, type Ending } from "../ending.ts";
import { environmentFor, sandboxFor, waitFor } from "../run-command.ts";
import { noteSurroundings } from "./outside.ts";
import { REPORT_FILE, type PromptFiles } from "./prompt.ts";

const REPORT_BYTES = 1024 * 1024;
const KEPT_CHARACTERS = 8 * 1024 * 1024;

/** How the agent's run ended. */
export type AgentEnd =
  | { readonly kind: "ended"; readonly exit: SessionExit; readonly conclusion: AgentConclusion }
  | { readonly kind: "lost"; readonly why: string };

/** Either the agent's session is there, or the attempt ends here. */
export type Launched = { readonly session: SessionId } | { readonly ending: Ending };

/** Starts the agent's session, or finds the one that an earlier process started. */
export async function launchAgent(
  context: StepContext,
  input: { readonly clone: PreparedClone; readonly prompts: PromptFiles },
): Promise<Launched> {
  const { deps, ref, journal } = context;
  const id = sessionIdOf(ref, "agent");
  if (journal.output("launch") !== undefined) return { session: id };
  await journal.started("launch", "running");
  const probe = await deps.sessions.probe(id);
  try {
    // Unknown: an earlier daemon died while it started the session; starting it again takes that up.
    const begun = probe.state !== "absent" && probe.state !== "unknown";
    if (!begun) await noteSurroundings(context);
    if (!begun) await deps.sessions.start(await agentSpec(context, { ...input, id }));
  } catch (error) {
    const ending = endingOfLaunch(error);
    if (ending === undefined) throw error;
    return { ending };
  }
  await journal.done("launch", { output: { session: id }, attempt: { session: id } });
  return { session: id };
}

/** What another try would not mend: a person has to install or configure something. */
function endingOfLaunch(error: unknown): Ending | undefined {
  if (isOrchError(error, "agent_missing")) return endingFor("missing_tool", error.message);
  if (isOrchError(error, "config_invalid")) return endingFor("no_agent", error.message);
  if (isOrchError(error, "sandbox_unavailable")) return endingFor("sandbox_unavailable", error.message);
  return undefined;
}

async function agentSpec(
  context: StepContext,
  input: { readonly clone: PreparedClone; readonly prompts: PromptFiles; readonly id: SessionId },
): Promise<SessionSpec> {
  const { deps, ref, run, driver, settings } = context;
  const { clone, prompts, id } = input;
  await deps.files.write(ref, { name: "agent/readme.txt", text: "This session's files; the agent may write here.\n" });
  const attempt = await deps.files.folder(ref);
  const folder = `${attempt}/agent`;
  const { assignment } = run.task;
  const launch: AgentLaunch = await driver.launch({
    agent: assignment.agent,
    attempt: ref.attempt,
    settings,
    ...(assignment.model === undefined ? {} : { model: assignment.model }),
    cwd: clone.path,
    folder,
    systemPromptFile: prompts.system,
    messageFile: prompts.message,
    env: environmentFor(context, { folder, set: settings.env }),
  });
  const { wallMs } = run.project.limits;
  return {
    id,
    attempt: ref,
    purpose: "agent",
    // Never where the agent may write: who forges these records forges the end of its own session.
    folder: `${attempt}/session`,
    argv: launch.argv,
    cwd: clone.path,
    env: launch.env,
    ...(launch.stdinFile === undefined ? {} : { stdinFile: launch.stdinFile }),
    protocol: driver.name,
    protocolOptions: launch.protocolOptions,
    sandbox: sandboxFor(context, {
      write: [clone.path, folder, ...launch.writable],
      read: [...(clone.reads ?? []), prompts.system, prompts.message, ...launch.readable],
      network: true,
    }),
    limits: { ...run.project.limits, wallMs: run.project.timeoutByComplexity[assignment.complexity] ?? wallMs },
    host: "auto",
  };
}

/** Waits for the agent and concludes from its events and its exit alone. */
export async function awaitAgent(context: StepContext, id: SessionId): Promise<AgentEnd> {
  const { deps, journal, driver, ref } = context;
  if (journal.output("run") === undefined) await journal.started("run", "running");
  const end = await waitFor(context, id);
  if (end.state === "lost") return { kind: "lost", why: end.why };
  const events = await readEvents(context, id);
  const reportText = driver.capabilities.reportFile
    ? await deps.files.read(ref, { name: REPORT_FILE, maxBytes: REPORT_BYTES })
    : undefined;
  const concluded = driver.conclude({
    events,
    exit: end.exit,
    ...(reportText === undefined ? {} : { reportText }),
  });
  const conclusion = redacted(deps.redactor, concluded);
  const usage = conclusion.usage;
  if (journal.output("run") === undefined) {
    const { report } = conclusion;
    const attempt = { usage: addUsage(noUsage, usage), ...(report === undefined ? {} : { report }) };
    await journal.done("run", { output: { cause: end.exit.cause, code: end.exit.code ?? null }, attempt });
  }
  return { kind: "ended", exit: end.exit, conclusion };
}

/** The agent's events, at most 16 MiB of them: of a longer run the beginning and the end (law 12). */
async function readEvents(context: StepContext, id: SessionId): Promise<readonly AgentEvent[]> {
  const stop = new AbortController();
  const head: AgentEvent[] = [];
  const tail: { readonly event: AgentEvent; readonly size: number }[] = [];
  let [headSize, tailSize] = [0, 0];
  for await (const line of context.deps.sessions.follow(id, { after: 0, signal: stop.signal })) {
    if (line.kind === "exit") stop.abort();
    if (line.kind !== "agent") continue;
    const { event } = line;
    const size = JSON.stringify(event).length;
    headSize += size;
    if (headSize <= KEPT_CHARACTERS) {
      head.push(event);
      continue;
    }
    tail.push({ event, size });
    for (tailSize += size; tailSize > KEPT_CHARACTERS;) tailSize -= tail.shift()?.size ?? tailSize;
  }
  return [...head, ...tail.map(({ event }) => event)];
}
