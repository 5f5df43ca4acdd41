import { join } from "node:path";

import {
  asOrchError,
  pricedUsage,
  priceOfAny,
  sessionIdOf,
  type AgentDriver,
  type AgentEvent,
  type AgentLaunch,
  type AgentName,
  type AgentSettings,
  type ProjectSettings,
  type SessionExit,
  type SessionId,
  type TaskRef,
  type TextModel,
  type TextReply,
  type Usage,
} from "@orch/core";
import { parseAnswer } from "@orch/parser";
import { accessOf } from "@orch/security";

import type { AskDeps } from "./deps.ts";

const KEPT_CHARACTERS = 262_144;
const OUTPUT_BYTES = 4 * 1024 * 1024;
const SYSTEM = `You answer one question for a program and do nothing else. Use no tools, change no files, ask nothing.
Your whole answer is one JSON object that fits the schema in the message, without any word around it.
`;

/** Whose program answers, and for which task. */
export interface AskedAgent {
  readonly task: TaskRef;
  readonly project: ProjectSettings;
  readonly agent: AgentName;
  readonly settings: AgentSettings;
  readonly model?: string;
}

/**
 * A `TextModel` behind an agent's own command line: each question is a session of its own, in an empty folder, in the
 * project's sandbox. Question and answer stay in the task's folder for attempt 0, as `question-<token>` (seed row A43).
 */
export function createAgentModel(deps: AskDeps, asked: AskedAgent): TextModel {
  return {
    async ask(question) {
      if (question.signal.aborted) return { kind: "failed", why: "called off" };
      try {
        return await ask(deps, { ...asked, question });
      } catch (error) {
        deps.logger.warn({ agent: asked.agent, error: asOrchError(error) }, "an agent could not be asked");
        return { kind: "failed", why: asOrchError(error).message };
      }
    },
  };
}

type Question = Parameters<TextModel["ask"]>[0];
type Asking = AskedAgent & { readonly question: Question };

async function ask(deps: AskDeps, asking: Asking): Promise<TextReply> {
  const { settings, question } = asking;
  const driver = deps.drivers[settings.driver];
  if (driver === undefined) return { kind: "failed", why: `there is no driver ${settings.driver}` };
  const name = `question-${deps.random.token(6)}`;
  const ref = { project: asking.task.project, id: asking.task.id, attempt: 0 };
  const id = sessionIdOf(ref, name);
  try {
    await begin(deps, { asking, driver, ref, name, id });
    const end = await waitAtMost(deps, { id, signal: question.signal });
    if (end.kind === "failed") return end;
    return await conclude(deps, { ref, name, id, driver, exit: end.exit, asking });
  } finally {
    for (const file of driver.credentialFiles) await deps.files.remove(ref, `${name}/own/${file}`);
  }
}

interface Begun {
  readonly asking: Asking;
  readonly driver: AgentDriver;
  readonly ref: Parameters<AskDeps["files"]["folder"]>[0];
  readonly name: string;
  readonly id: SessionId;
}

async function begin(deps: AskDeps, { asking, driver, ref, name, id }: Begun): Promise<void> {
  const { agent, settings, model, project, question } = asking;
  const systemPromptFile = await deps.files.write(ref, { name: `${name}/system.md`, text: SYSTEM });
  const text = `${question.prompt}\n\nThe JSON Schema of your answer:\n\n${JSON.stringify(question.schema)}\n`;
  const messageFile = await deps.files.write(ref, { name: `${name}/message.md`, text });
  const base = `${await deps.files.folder(ref)}/${name}`;
  const folder = `${base}/own`;
  await deps.files.write(ref, { name: `${name}/own/place/readme.txt`, text: "There is nothing to do here.\n" });
  const access = await accessOf(settings, { ...deps, driver });
  const launch: AgentLaunch = await driver.launch({
    agent,
    settings: { ...settings, env: access.env },
    attempt: 1,
    cwd: `${folder}/place`,
    folder,
    systemPromptFile,
    messageFile,
    env: deps.surroundings.environment({ home: join(folder, "home"), set: access.env }),
    ...(access.conceal === undefined ? {} : { conceal: access.conceal }),
    ...(model === undefined ? {} : { model }),
  });
  await deps.sessions.start({
    id,
    attempt: ref,
    purpose: "question",
    folder: `${base}/session`,
    argv: launch.argv,
    cwd: `${folder}/place`,
    env: launch.env,
    secrets: access.secrets,
    ...(launch.logins === undefined ? {} : { logins: launch.logins }),
    ...(launch.stdinFile === undefined ? {} : { stdinFile: launch.stdinFile }),
    protocol: driver.name,
    protocolOptions: launch.protocolOptions,
    sandbox: {
      mode: project.sandbox,
      write: [folder, ...launch.writable],
      hide: deps.surroundings.hidden,
      read: [...deps.surroundings.readable, systemPromptFile, messageFile, ...launch.readable],
      network: true,
      ...(access.egress === undefined ? {} : { egress: access.egress }),
    },
    limits: { wallMs: question.timeoutMs, silenceMs: 0, noProgressMs: 0, outputBytes: OUTPUT_BYTES },
    host: "process",
  });
}

/** The session's end; a question that is called off is stopped at once. */
async function waitAtMost(
  deps: AskDeps,
  { id, signal }: { readonly id: SessionId; readonly signal: AbortSignal },
): Promise<{ readonly kind: "exited"; readonly exit: SessionExit } | Extract<TextReply, { kind: "failed" }>> {
  try {
    const end = await deps.sessions.wait(id, signal);
    return end.state === "exited" ? { kind: "exited", exit: end.exit } : { kind: "failed", why: end.why };
  } catch (error) {
    if (!signal.aborted) throw error;
    await deps.sessions.stop(id, { mode: "kill", why: "the question was called off" });
    return { kind: "failed", why: "called off" };
  }
}

async function conclude(
  deps: AskDeps,
  run: Pick<Begun, "ref" | "name" | "id" | "driver"> & { readonly exit: SessionExit; readonly asking: Asking },
): Promise<TextReply> {
  const { ref, name, id, driver, exit, asking } = run;
  const { question } = asking;
  const events = await readAgentEvents(deps, id);
  await deps.sessions.release(id);
  const { failure, usage: used } = driver.conclude({ events, exit });
  const usage = priced(asking, { used, events });
  if (exit.cause === "wall") return { kind: "failed", why: `no answer in ${question.timeoutMs} ms`, usage };
  const said = events.flatMap((event) => (event.type === "text" ? [event.text] : [])).join("\n");
  const reported = driver.capabilities.reportFile
    ? await deps.files.read(ref, { name: `${name}/own/report.json`, maxBytes: KEPT_CHARACTERS })
    : undefined;
  await deps.files.write(ref, { name: `${name}/answer.txt`, text: deps.redactor.redact(`${said}\n`) });
  const parsed = parseAnswer([said, reported ?? ""].join("\n"), question.schema);
  if (parsed.kind === "answer") return { ...parsed, usage };
  const told = failure === undefined || failure.class === "invalid_output" ? undefined : failure;
  const why = deps.redactor.redact(told?.message ?? parsed.problem);
  return { kind: "failed", why, usage, ...(told === undefined ? {} : { failure: { ...told, message: why } }) };
}

/** With its cost: the agent's own figure, else by the price of its model, else none. */
function priced(
  { project, model, settings }: Asking,
  run: { readonly used: Usage; readonly events: readonly AgentEvent[] },
): Usage {
  const ready = run.events.findLast((event) => event.type === "session:ready");
  const names = [ready?.model, model ?? settings.model];
  const price = project.prices === undefined ? undefined : priceOfAny(project.prices, names);
  return pricedUsage(run.used, price);
}

async function readAgentEvents(deps: AskDeps, id: SessionId): Promise<readonly AgentEvent[]> {
  const events: AgentEvent[] = [];
  const stop = new AbortController();
  let size = 0;
  for await (const line of deps.sessions.follow(id, { after: 0, signal: stop.signal })) {
    if (line.kind === "exit") stop.abort();
    if (line.kind !== "agent") continue;
    size += JSON.stringify(line.event).length;
    if (size <= KEPT_CHARACTERS) events.push(line.event);
  }
  return events;
}
