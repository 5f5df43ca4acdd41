import {
  addUsage,
  isOrchError,
  noUsage,
  pricedUsage,
  priceOfAny,
  sessionIdOf,
  type AgentConclusion,
  type AgentEvent,
  type AgentLaunch,
  type Json,
  type OrchError,
  type Usage,
  type Attempt,
  type PreparedClone,
  type SessionConfinement,
  type SessionExit,
  type SessionId,
  type SessionSpec,
} from "@orch/core";
import { activityOf } from "@orch/grading";
import { accessOf, plainSecrets, redacted } from "@orch/security";

import { identityOf, lastSeen, quotaIn, type LastSeen } from "../activity.ts";
import {
  allowanceOf,
  budgetWatch,
  hasBudget,
  pricingFor,
  unpricedUnderCap,
  usedBefore,
  warningsAfter,
  withUntold,
  type Allowance,
} from "../budget.ts";
import type { StepContext } from "../context.ts";
import { endingFor, type Ending } from "../ending.ts";
import { withWarnings } from "../journal.ts";
import { mayChange } from "../may-change.ts";
import { heardBy, tellNotes, toldBesides } from "../notes.ts";
import { readRun, type AgentRun } from "../read-run.ts";
import { resumptionIn, type Resumption } from "../resume.ts";
import { environmentFor, sandboxFor, waitFor } from "../run-command.ts";
import { clocksOf } from "../session-limits.ts";
import { loginCopies } from "./login-copies.ts";
import { noteSurroundings } from "./outside.ts";
import { REPORT_FILE, type PromptFiles } from "./prompt.ts";

const REPORT_BYTES = 1024 * 1024;
const LOGIN_BYTES = 1024 * 1024;

/** Packages that an agent installs run nothing of their own (SECURITY T9), unless its own `env` says otherwise. */
const NO_INSTALL_SCRIPTS = { npm_config_ignore_scripts: "true", YARN_ENABLE_SCRIPTS: "false" };

/** How the agent's run ended. */
export type AgentEnd =
  | {
      readonly kind: "ended";
      readonly exit: SessionExit;
      readonly conclusion: AgentConclusion;
      readonly seen: LastSeen;
    }
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
  const allowance = await allowanceOf(context);
  const resumed = resumptionIn(journal.output("prompt"));
  if (allowance.exhausted !== undefined && probe.state === "absent") {
    return { ending: endingFor("budget_exceeded", allowance.exhausted) };
  }
  const unpriced = unpricedUnderCap(context);
  if (unpriced !== undefined && probe.state === "absent") return { ending: endingFor("price_unknown", unpriced) };
  let logins: readonly string[] = [];
  try {
    // Unknown: an earlier daemon died while it started the session; starting it again takes that up.
    const begun = probe.state !== "absent" && probe.state !== "unknown";
    if (!begun) {
      await noteSurroundings(context);
      const spec = await agentSpec(context, { ...input, id, allowance, resumed });
      logins = await loginCopies(context);
      await deps.sessions.start(spec);
    }
  } catch (error) {
    const ending = endingOfLaunch(error);
    if (ending === undefined) throw error;
    return { ending };
  }
  const warnings = withWarnings(journal.attempt.warnings, allowance.warnings);
  const attempt = {
    session: id,
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(resumed === undefined ? {} : { resumes: resumed.attempt }),
  };
  await journal.done("launch", {
    output: { session: id, ...(logins.length === 0 ? {} : { logins: [...logins] }) },
    attempt,
  });
  return { session: id };
}

/** What another try would not mend: a person has to install or configure something. */
function endingOfLaunch(error: unknown): Ending | undefined {
  if (isOrchError(error, "agent_missing")) return endingFor("missing_tool", error.message);
  if (isOrchError(error, "config_invalid")) return endingFor("no_agent", withHint(error));
  if (isOrchError(error, "sandbox_unavailable")) return endingFor("sandbox_unavailable", error.message);
  return undefined;
}

function withHint({ message, hint }: OrchError): string {
  return hint === undefined ? message : `${message}. ${hint}`;
}

async function agentSpec(
  context: StepContext,
  input: {
    readonly clone: PreparedClone;
    readonly prompts: PromptFiles;
    readonly id: SessionId;
    readonly allowance: Allowance;
    readonly resumed: Resumption | undefined;
  },
): Promise<SessionSpec> {
  const { deps, ref, run, driver, settings } = context;
  const { clone, prompts, id, resumed } = input;
  await deps.files.write(ref, { name: "agent/readme.txt", text: "This session's files; the agent may write here.\n" });
  const attempt = await deps.files.folder(ref);
  const folder = `${attempt}/agent`;
  const { assignment } = run.task;
  const access = await accessOf(settings, { ...deps, driver });
  const launch: AgentLaunch = await driver.launch({
    agent: assignment.agent,
    attempt: ref.attempt,
    settings: { ...settings, env: access.env },
    ...(assignment.model === undefined ? {} : { model: assignment.model }),
    cwd: clone.path,
    folder,
    systemPromptFile: prompts.system,
    messageFile: prompts.message,
    env: environmentFor(context, { folder, clone, whose: "agent", set: { ...NO_INSTALL_SCRIPTS, ...access.env } }),
    ...(run.project.permissions === undefined ? {} : { permissions: run.project.permissions }),
    ...(run.project.trusted === true ? { trusted: true } : {}),
    ...(access.conceal === undefined ? {} : { conceal: access.conceal }),
    ...(resumed === undefined ? {} : { resume: resumed.session }),
  });
  return {
    id,
    attempt: ref,
    purpose: "agent",
    // Never where the agent may write: who forges these records forges the end of its own session.
    folder: `${attempt}/session`,
    argv: launch.argv,
    cwd: clone.path,
    env: launch.env,
    secrets: access.secrets,
    ...(launch.logins === undefined ? {} : { logins: launch.logins }),
    ...(launch.stdinFile === undefined ? {} : { stdinFile: launch.stdinFile }),
    protocol: driver.name,
    protocolOptions: launch.protocolOptions,
    sandbox: sandboxFor(context, {
      write: [...(mayChange(run.task) ? [clone.path] : []), folder, ...launch.writable],
      read: [clone.path, ...(clone.reads ?? []), prompts.system, prompts.message, ...launch.readable],
      network: true,
      ...(access.egress === undefined ? {} : { egress: access.egress }),
    }),
    limits: { ...run.project.limits, ...input.allowance.limits, ...clocksOf(run, input.allowance.leftMs) },
    host: "auto",
  };
}

/** Waits for the agent and concludes from its events and its exit alone. */
export async function awaitAgent(context: StepContext, id: SessionId): Promise<AgentEnd> {
  const { deps, journal, driver, ref } = context;
  if (journal.output("run") === undefined) await journal.started("run", "running");
  const told = sayNews(context);
  const end = await metered(context, id);
  await told;
  const stop = new AbortController();
  const run = await readRun(deps.sessions.follow(id, { after: 0, signal: stop.signal }), { stop });
  const { events } = run;
  if (end.state === "lost") {
    await keepAccount(context, { ...run, output: { cause: "lost" }, conclusion: { usage: usageIn(events) } });
    return { kind: "lost", why: end.why };
  }
  const reportText = driver.capabilities.reportFile
    ? await deps.files.read(ref, { name: REPORT_FILE, maxBytes: REPORT_BYTES })
    : undefined;
  const concluded = driver.conclude({
    events,
    exit: end.exit,
    ...(reportText === undefined ? {} : { reportText }),
  });
  const conclusion = redacted(deps.redactor, withResetTime(concluded, events));
  const output = { cause: end.exit.cause, code: end.exit.code ?? null };
  await keepAccount(context, { ...run, output, conclusion, exit: end.exit });
  return { kind: "ended", exit: end.exit, conclusion, seen: redacted(deps.redactor, lastSeen(events)) };
}

/** What was said while there was nobody to tell it to. */
async function sayNews({ deps, ref }: StepContext): Promise<void> {
  try {
    await tellNotes(deps, ref);
  } catch (error) {
    deps.logger.warn({ attempt: ref, error }, "a running agent could not be told what somebody said");
  }
}

/** Waits for the agent; what it and others use meanwhile may bring a warning, or its end. */
async function metered(context: StepContext, id: SessionId): ReturnType<typeof waitFor> {
  if (!hasBudget(context)) return waitFor(context, id);
  const { ref, meter, deps } = context;
  const over = new AbortController();
  const agent = { ref, session: id, exhausted: budgetWatch(context), pricing: pricingFor(context) };
  const following = meter
    .follow(agent, over.signal)
    .catch((error: unknown) => deps.logger.warn({ session: id, error }, "what an agent uses can't be followed"));
  try {
    return await waitFor(context, id);
  } finally {
    over.abort();
    await following;
  }
}

/** A limit whose end the failure does not tell: the agent may have told it before. */
function withResetTime(conclusion: AgentConclusion, events: readonly AgentEvent[]): AgentConclusion {
  const { failure } = conclusion;
  if (failure?.class !== "usage_limit" || failure.retryAt !== undefined) return conclusion;
  const quota = events.findLast((event) => event.type === "quota" && event.status === "rejected");
  if (quota?.type !== "quota" || quota.resetsAt === undefined) return conclusion;
  return { ...conclusion, failure: { ...failure, retryAt: quota.resetsAt } };
}

function usageIn(events: readonly AgentEvent[]): Usage {
  return events.reduce((sum, event) => (event.type === "usage" ? addUsage(sum, event.usage) : sum), noUsage);
}

async function keepAccount(
  context: StepContext,
  run: AgentRun & { readonly output: Json; readonly conclusion: AgentConclusion; readonly exit?: SessionExit },
): Promise<void> {
  if (context.journal.output("run") !== undefined) return;
  const account = await accountFor(context, run);
  const confinement = run.exit === undefined ? undefined : await confinementOf(context, run.exit);
  const attempt = confinement === undefined ? account : { ...account, confinement };
  await context.journal.done("run", { output: run.output, attempt });
}

/** What the run adds to the attempt's record: tokens with their cost, what was done, what a person should know. */
async function accountFor(
  context: StepContext,
  run: AgentRun & { readonly conclusion: AgentConclusion },
): Promise<Partial<Attempt>> {
  const { deps, project, assignment, settings, journal } = context;
  const { report, usage: told } = run.conclusion;
  const identity = identityOf(run.events);
  const { prices } = project;
  // What the agent names is exact; what was asked for may be an alias.
  const names = [identity.model, assignment.model ?? settings.model];
  const price = prices === undefined ? undefined : priceOfAny(prices, names);
  const known = withUntold(addUsage(noUsage, told), { events: run.events, pricing: pricingFor(context) });
  const usage = pricedUsage(known, price, run.events);
  const task = addUsage(await usedBefore(context), usage);
  context.meter.note(context.ref, usage);
  const warnings = withWarnings(journal.attempt.warnings, await warningsAfter(context, { task }));
  const activity = activityOf(run.events, project.grading);
  const quota = quotaIn(run.events, deps.clock.now());
  return {
    usage,
    ...(await heardBy(deps, { attempt: journal.attempt, shown: run.shown })),
    ...redacted(deps.redactor, {
      ...identity,
      ...(await toldBesides(deps, journal.attempt, run.said)),
      activity,
      ...(quota.length === 0 ? {} : { quota }),
    }),
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(report === undefined ? {} : { report }),
  };
}

/** How the agent was confined; a login that was copied as it is, or a key among its arguments, is a credential that it held. */
async function confinementOf(
  { deps, driver, ref, settings }: StepContext,
  { confinement }: SessionExit,
): Promise<SessionConfinement | undefined> {
  if (confinement === undefined || confinement.credentials === "held") return confinement;
  if (plainSecrets(settings).length > 0) return { ...confinement, credentials: "held" };
  if (settings.login !== "copied") return confinement;
  for (const name of driver.credentialFiles) {
    const login = await deps.files.read(ref, { name: `agent/${name}`, maxBytes: LOGIN_BYTES });
    if (login !== undefined) return { ...confinement, credentials: "held" };
  }
  return confinement;
}
