import { basename } from "node:path";

import type { CommandResults } from "@orch/api";
import { loadConfig } from "@orch/config";
import { orchError, unwrap, type AgentSettings } from "@orch/core";

import { catchStop } from "../catch-stop.ts";
import { createContext, type Context } from "../context.ts";
import { ensureDaemon } from "../daemon-process.ts";
import { endDaemon } from "../end-daemon.ts";
import { daemonEnvironment } from "../env.ts";
import { withProgress } from "../progress.ts";
import { renderSmokePlan } from "../render/smoke.ts";
import { watchTask } from "../watch-task.ts";
import { judgeSmoke, nameOf } from "./judge-smoke.ts";
import { makeSmokePlace, smokeTask, type SmokeLimits, type SmokePlace } from "./smoke-place.ts";

/** For what comes before and after the agent's own time: the clone, the check, the collecting. */
const AROUND_MS = 120_000;
const USUAL_SECONDS = 300;
const USUAL_COST = 1;
const MOST_COST = 1000;

type Smoke = NonNullable<CommandResults["doctor"]["smoke"]>;
type Found = CommandResults["agents"]["agents"][number];
type Whole = CommandResults["task get"];

/** Which agents are tried, and what each may use up. */
export interface SmokeWish {
  /** Empty: all that are configured. */
  readonly agents: readonly string[];
  readonly limits: SmokeLimits;
}

/** The limits as said. Throws `usage`. */
export function smokeLimits(said: { readonly maxSeconds?: number; readonly maxCost?: string }): SmokeLimits {
  const { maxSeconds: seconds = USUAL_SECONDS, maxCost = String(USUAL_COST) } = said;
  const costUsd = /^\d{1,4}(?:\.\d{1,4})?$/.test(maxCost) ? Number(maxCost) : 0;
  if (costUsd > 0 && costUsd <= MOST_COST) return { seconds, costUsd };
  throw orchError("usage", `--max-cost can't be ${JSON.stringify(maxCost)}`, {
    hint: `US dollars, more than 0 and at most ${MOST_COST}, such as 0.50.`,
  });
}

/**
 * Has each agent do a small job, exactly as a task would run it, but with a daemon, a home and a repository of its own
 * that are gone afterwards; a running daemon is left alone. Says before what it will do. Throws `agent_unknown`,
 * `interrupted` after a signal, and what the configuration and the machine refuse; then nothing is left either.
 */
export async function runSmoke(whole: Context, wish: SmokeWish): Promise<Smoke> {
  await using scope = new AsyncDisposableStack();
  const stop = catchStop(whole.host);
  scope.defer(() => stop.release());
  const place = scope.use(await makeSmokePlace(whole.host, wish.limits));
  const own = { ...whole.host, home: place.home, folder: place.repository };
  // Quiet: what the agents say is for their transcripts.
  const context = createContext(own, { json: true, color: false });
  scope.defer(() => endDaemon(context, { giveUp: "the trial was stopped" }));
  await ensureDaemon({ ...context, global: whole.global });
  const { project } = await context.client.call("project add", { path: place.repository });
  const found = chosen((await context.client.call("agents", { project: project.id })).agents, wish.agents);
  const ready = found.filter((agent) => whyNotReady(agent) === undefined);
  const refuseToGoOn = (): void => {
    if (stop.signal.aborted) throw orchError("interrupted", "the trial was stopped; nothing of it is left");
  };
  refuseToGoOn();
  if (!whole.global.json) whole.host.err.write(renderSmokePlan({ ready, limits: wish.limits }));
  const ends = await withProgress(whole, "Working", () =>
    Promise.all(ready.map((agent) => tryAgent(context, { agent, project: project.id, signal: stop.signal, wish }))),
  );
  refuseToGoOn();
  await endDaemon(context, { giveUp: "the time of the trial is over" });
  return summaryOf(wish, await judgeAll({ found, ready, ends, place }));
}

/** Those that were named, else all. */
function chosen(all: readonly Found[], names: readonly string[]): readonly Found[] {
  const unknown = names.find((name) => all.every((agent) => agent.name !== name));
  if (unknown === undefined) return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
  throw orchError("agent_unknown", `there is no agent ${JSON.stringify(unknown)}`, {
    hint: `Configured are: ${all.map(({ name }) => name).join(", ")}.`,
  });
}

/** Why an agent is not tried; undefined: it is. One that stands before the driver's program has a login of its own. */
function whyNotReady({
  driver,
  installed,
  login,
  path,
  hint,
}: Found): Pick<Smoke["agents"][number], "reason" | "hint"> | undefined {
  const help = hint === undefined ? {} : { hint };
  if (!installed) return { reason: "not_installed", ...help };
  const isWrapped = path !== undefined && basename(path) !== driver;
  return login === "logged_out" && !isWrapped ? { reason: "logged_out", ...help } : undefined;
}

async function tryAgent(
  context: Context,
  job: { readonly agent: Found; readonly project: string; readonly signal: AbortSignal; readonly wish: SmokeWish },
): Promise<Whole> {
  const { clock } = context.host;
  const { agent, project, signal, wish } = job;
  const request = { ...smokeTask, project, agent: agent.name, complexity: "simple", source: "cli" };
  const { task } = await context.client.call("task add", request);
  const late = new AbortController();
  const timer = clock.after(wish.limits.seconds * 1000 + AROUND_MS, () => late.abort());
  try {
    // One that is told to wait would be tried again when its time has come.
    return await watchTask(context, task.key, { signal: AbortSignal.any([signal, late.signal]), attempts: 1 });
  } finally {
    timer.cancel();
  }
}

async function judgeAll(tried: {
  readonly found: readonly Found[];
  readonly ready: readonly Found[];
  readonly ends: readonly Whole[];
  readonly place: SmokePlace;
}): Promise<Smoke["agents"]> {
  const { found, ready, ends, place } = tried;
  const env = daemonEnvironment(place.home);
  const { config } = unwrap(await loadConfig({ home: place.home, folder: place.repository, env }));
  return Promise.all(
    found.map(async (agent) => {
      const why = whyNotReady(agent);
      if (why !== undefined) return { ...nameOf(agent), state: "not_ready" as const, proved: [], ...why };
      const whole = ends[ready.indexOf(agent)];
      if (whole === undefined) throw orchError("internal", `the job of ${agent.name} has no end`);
      return judgeSmoke({ found: agent, whole, place, keys: await keysIn(config.agents[agent.name], env) });
    }),
  );
}

async function keysIn(settings: AgentSettings | undefined, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  if (settings === undefined) return [];
  const { keysOf } = await import("@orch/daemon");
  return keysOf(settings, { path: [], userHome: env["HOME"] ?? "/nonexistent" });
}

function summaryOf({ limits, agents: named }: SmokeWish, agents: Smoke["agents"]): Smoke {
  const isFine = agents.every(
    ({ agent, state }) => state === "ok" || (state === "not_ready" && !named.includes(agent)),
  );
  return { ok: isFine && agents.some(({ state }) => state === "ok"), limits, agents };
}
