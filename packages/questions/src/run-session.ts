import { basename, join } from "node:path";

import {
  pricedUsage,
  priceOfAny,
  sessionIdOf,
  type AgentDriver,
  type AgentEvent,
  type AgentFailure,
  type AgentLaunch,
  type AgentName,
  type AgentSettings,
  type BudgetCap,
  type ExitCause,
  type Json,
  type PermissionRules,
  type ProjectSettings,
  type RunLimits,
  type SessionExit,
  type SessionId,
  type TaskRef,
  type Usage,
} from "@orch/core";
import { accessOf } from "@orch/security";

import type { AskDeps } from "./deps.ts";

const KEPT_CHARACTERS = 262_144;
const MOST_EVENTS = 20_000;
const OUTPUT_BYTES = 16 * 1024 * 1024;

/** Whose program answers, and for which task. */
export interface AskedAgent {
  readonly task: TaskRef;
  readonly project: ProjectSettings;
  readonly agent: AgentName;
  readonly settings: AgentSettings;
  readonly model?: string;
}

/** One session of an agent that ends in an answer. */
export interface SessionPlan extends AskedAgent {
  readonly purpose: "question" | "review";
  readonly system: string;
  readonly message: string;
  /** Where the agent works, which it can't write; absent: an empty folder of its own. */
  readonly place?: { readonly path: string; readonly reads: readonly string[] };
  /** Absent: as the sandbox allows. */
  readonly permissions?: PermissionRules;
  /** For agents that hold their last words to a JSON Schema. */
  readonly schema?: Json;
  readonly timeoutMs: number;
  /** What it may use up; absent figures are no limit. */
  readonly limits?: BudgetCap;
  readonly signal: AbortSignal;
}

/** How the session ended: with words, or without. */
export type SessionEnd =
  | {
      readonly kind: "ended";
      readonly cause: ExitCause;
      /** What the agent said, and what it left in its report file; the last 256 Ki characters of it. */
      readonly said: string;
      readonly usage: Usage;
      /** Redacted; the driver's word on why it failed, if it did. */
      readonly failure?: AgentFailure;
    }
  | { readonly kind: "failed"; readonly why: string; readonly calledOff: boolean };

/**
 * Runs an agent's program for one answer: in a session of its own in the project's sandbox, with its files in the
 * task's folder for attempt 0. Throws what keeps the session from starting.
 */
export async function runSession(deps: AskDeps, plan: SessionPlan): Promise<SessionEnd> {
  const driver = deps.drivers[plan.settings.driver];
  if (driver === undefined) {
    return { kind: "failed", why: `there is no driver ${plan.settings.driver}`, calledOff: false };
  }
  const name = `${plan.purpose}-${deps.random.token(6)}`;
  const ref = { project: plan.task.project, id: plan.task.id, attempt: 0 };
  const id = sessionIdOf(ref, name);
  try {
    await begin(deps, { plan, driver, ref, name, id });
    const end = await waitAtMost(deps, { id, signal: plan.signal });
    if (end.kind === "failed") return end;
    return await conclude(deps, { ref, name, id, driver, exit: end.exit, plan });
  } finally {
    const folder = `${name}/own`;
    for (const file of driver.credentialFiles) await deps.files.remove(ref, `${folder}/${file}`);
    // The agent may have moved them.
    await deps.files.sweep(ref, { folder, names: driver.credentialFiles.map((file) => basename(file)) });
  }
}

interface Begun {
  readonly plan: SessionPlan;
  readonly driver: AgentDriver;
  readonly ref: Parameters<AskDeps["files"]["folder"]>[0];
  readonly name: string;
  readonly id: SessionId;
}

async function begin(deps: AskDeps, { plan, driver, ref, name, id }: Begun): Promise<void> {
  const { agent, settings, model, project, place, permissions, schema } = plan;
  const systemPromptFile = await deps.files.write(ref, { name: `${name}/system.md`, text: plan.system });
  const messageFile = await deps.files.write(ref, { name: `${name}/message.md`, text: plan.message });
  const base = `${await deps.files.folder(ref)}/${name}`;
  const folder = `${base}/own`;
  await deps.files.write(ref, { name: `${name}/own/place/readme.txt`, text: "There is nothing to do here.\n" });
  const cwd = place?.path ?? `${folder}/place`;
  const access = await accessOf(settings, { ...deps, driver });
  const launch: AgentLaunch = await driver.launch({
    agent,
    settings: { ...settings, env: access.env },
    attempt: 1,
    cwd,
    folder,
    systemPromptFile,
    messageFile,
    env: deps.surroundings.environment({ home: join(folder, "home"), set: { ...access.env, ...quietGit(place) } }),
    answer: schema === undefined ? {} : { schema },
    ...(permissions === undefined ? {} : { permissions }),
    ...(access.conceal === undefined ? {} : { conceal: access.conceal }),
    ...(model === undefined ? {} : { model }),
  });
  await deps.sessions.start({
    id,
    attempt: ref,
    purpose: plan.purpose,
    folder: `${base}/session`,
    argv: launch.argv,
    cwd,
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
      read: [...deps.surroundings.readable, systemPromptFile, messageFile, ...readsOf(place), ...launch.readable],
      network: true,
      ...(access.egress === undefined ? {} : { egress: access.egress }),
    },
    limits: limitsOf(plan),
    host: "process",
  });
}

function limitsOf({ timeoutMs, limits, project, model, settings }: SessionPlan): RunLimits {
  const { tokens, usd } = limits ?? {};
  const { prices } = project;
  const price = prices === undefined ? undefined : priceOfAny(prices, [model ?? settings.model]);
  return {
    wallMs: timeoutMs,
    silenceMs: 0,
    noProgressMs: 0,
    outputBytes: OUTPUT_BYTES,
    ...(tokens === undefined ? {} : { tokens }),
    ...(usd === undefined ? {} : { costUsd: usd }),
    ...(usd === undefined || prices === undefined ? {} : { prices: prices.models }),
    ...(usd === undefined || price === undefined ? {} : { price }),
  };
}

function readsOf(place: SessionPlan["place"]): readonly string[] {
  return place === undefined ? [] : [place.path, ...place.reads];
}

/** Git that only looks would otherwise like to refresh its index. */
function quietGit(place: SessionPlan["place"]): Readonly<Record<string, string>> {
  return place === undefined ? {} : { GIT_OPTIONAL_LOCKS: "0" };
}

/** The session's end; one that is called off is stopped at once. */
async function waitAtMost(
  deps: AskDeps,
  { id, signal }: { readonly id: SessionId; readonly signal: AbortSignal },
): Promise<{ readonly kind: "exited"; readonly exit: SessionExit } | Extract<SessionEnd, { kind: "failed" }>> {
  try {
    const end = await deps.sessions.wait(id, signal);
    return end.state === "exited"
      ? { kind: "exited", exit: end.exit }
      : { kind: "failed", why: end.why, calledOff: false };
  } catch (error) {
    if (!signal.aborted) throw error;
    await deps.sessions.stop(id, { mode: "kill", why: "it was called off" });
    return { kind: "failed", why: "called off", calledOff: true };
  }
}

async function conclude(
  deps: AskDeps,
  run: Pick<Begun, "ref" | "name" | "id" | "driver" | "plan"> & { readonly exit: SessionExit },
): Promise<SessionEnd> {
  const { ref, name, id, driver, exit, plan } = run;
  const events = await readAgentEvents(deps, id);
  await deps.sessions.release(id);
  const { failure, usage: used } = driver.conclude({ events, exit });
  const reported = driver.capabilities.reportFile
    ? await deps.files.read(ref, { name: `${name}/own/report.json`, maxBytes: KEPT_CHARACTERS })
    : undefined;
  const texts = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
  await deps.files.write(ref, { name: `${name}/answer.txt`, text: deps.redactor.redact(`${texts.join("\n")}\n`) });
  return {
    kind: "ended",
    cause: exit.cause,
    said: [...texts, reported ?? ""].join("\n"),
    usage: priced(plan, { used, events }),
    ...(failure === undefined ? {} : { failure: { ...failure, message: deps.redactor.redact(failure.message) } }),
  };
}

/** With its cost: the agent's own figure, else by the price of its model, else none. */
function priced(
  { project, model, settings }: AskedAgent,
  run: { readonly used: Usage; readonly events: readonly AgentEvent[] },
): Usage {
  const ready = run.events.findLast((event) => event.type === "session:ready");
  const names = [ready?.model, model ?? settings.model];
  const price = project.prices === undefined ? undefined : priceOfAny(project.prices, names);
  return pricedUsage(run.used, price, run.events);
}

/** What drivers conclude from: the newest texts, and whatever else is small. */
async function readAgentEvents(deps: AskDeps, id: SessionId): Promise<readonly AgentEvent[]> {
  const texts: { readonly at: number; readonly event: AgentEvent & { readonly type: "text" } }[] = [];
  const others: { readonly at: number; readonly event: AgentEvent }[] = [];
  const stop = new AbortController();
  let size = 0;
  for await (const line of deps.sessions.follow(id, { after: 0, signal: stop.signal })) {
    if (line.kind === "exit") stop.abort();
    if (line.kind !== "agent") continue;
    const { event, seq: at } = line;
    if (event.type !== "text") {
      if (!BULKY.has(event.type) && others.length < MOST_EVENTS) others.push({ at, event });
      continue;
    }
    texts.push({ at, event });
    for (size += event.text.length; size > KEPT_CHARACTERS && texts.length > 1;) {
      size -= texts.shift()?.event.text.length ?? size;
    }
  }
  return [...texts, ...others].toSorted((left, right) => left.at - right.at).map(({ event }) => event);
}

/** What an agent did on the way has no say in its answer. */
const BULKY: ReadonlySet<AgentEvent["type"]> = new Set([
  "reasoning",
  "tool:started",
  "tool:finished",
  "command:started",
  "command:finished",
  "file:changed",
]);
