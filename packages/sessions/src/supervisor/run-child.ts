import { writeFileSync } from "node:fs";
import { finished } from "node:stream/promises";

import type { AgentConversation, AgentProtocol, Clock, ExitCause, SessionLoad, Timer } from "@orch/core";

import { reasonOf } from "../files/system-error.ts";
import { writeRecord } from "../files/write-record.ts";
import { openCensus } from "../processes/census.ts";
import { familyOf, findFamily, killFamily, type Family } from "../processes/family.ts";
import { programOf } from "../processes/process-table.ts";
import { watchBudget } from "./budget.ts";
import type { Child, ChildEnd, StartFailure } from "./child.ts";
import { converse } from "./converse.ts";
import { createEnder, type Ender } from "./ender.ts";
import { causeOf, type Ending } from "./exit-record.ts";
import { watchLimits } from "./limits.ts";
import { openOutput, type Output } from "./output.ts";
import { connectPeople, type People } from "./people.ts";
import { watchQuotas } from "./quotas.ts";
import type { Supervised } from "./run-supervisor.ts";
import { serveSocket } from "./socket-server.ts";

const HEARTBEAT_MS = 5_000;
const DRAIN_MS = 2_000;
const SURVIVOR_LOOK_MS = 100;
const KILL_PATIENCE_MS = 5_000;
const MOST_NAMES = 10;

/** Runs a started process to its end: talks with it, watches it, serves its viewers, and leaves nothing of it alive. */
export async function runChild(session: Supervised, child: Child, protocol?: AgentProtocol): Promise<Ending> {
  const { options, launch, log, transcript, live } = session;
  const { clock } = options;
  const input = child.stdin;
  const conversation =
    protocol === undefined
      ? undefined
      : converse(protocol, { options: launch.spec.protocolOptions, input, log, transcript, live });
  const { limit } = child;
  const family = familyFor(session, child);
  const ender = enderOf(session, child, conversation);
  live.fail = (detail) => ender.end("terminate", { cause: "supervisor_failed", detail });
  const stop = (): void => ender.end("terminate", { cause: "stopped", detail: "The supervisor was asked to end." });
  const quotas = watchQuotas(launch.spec.limits, {
    clock,
    look: openCensus(family),
    kernel: limit,
    // At once: who forks without end only gets more by being asked.
    exceeded: (detail) => ender.end("kill", { cause: "quota", detail }),
  });
  const heart = beat(session.files.heartbeat, { clock, load: () => quotas.now });
  try {
    const output = watchOutput(session, ender, conversation);
    const budget = watchBudget(launch.spec.limits, (detail) => ender.end("terminate", { cause: "budget", detail }));
    const people = connectPeople(session, { ...(conversation === undefined ? {} : { agent: conversation }), budget });
    live.limits = watchLimits(launch.spec.limits, clock, {
      // The ladder (law 4): a word, a request to end the turn, a signal, the end. Another agent or a person come after it.
      nudge: (cause, quietMs) => people.nudge(cause, quietMs),
      exceeded: (cause, detail) => ender.end("interrupt", { cause, detail }),
      suspended: () => people.busy,
    });
    options.stop.addEventListener("abort", stop, { once: true });
    readStreams(child, output);
    conversation?.open();
    if (options.stop.aborted) stop();
    await serve(session, ender, people);
    // From now on the session counts as started: whoever reads this finds the socket open.
    writeRecord(session.files.state, { ...session.state, child: child.known });
    const end = await child.ended;
    quotas.close();
    const left = await leaveNothing(session, { child, family }, ender);
    const { bytes, hash } = output.finish();
    people.close("the agent ended before it showed the message");
    return {
      ...causeOf(end, session, ender.reason ?? refusalIn(end, limit)),
      ...howItEnded(child, end),
      outputBytes: bytes,
      outputHash: hash,
      survivors: end.survivors + left.count,
      ...(left.names.length === 0 ? {} : { left: left.names }),
      ...(quotas.peak === undefined ? {} : { peak: quotas.peak }),
    };
  } finally {
    ender.close();
    quotas.close();
    heart.cancel();
    options.stop.removeEventListener("abort", stop);
  }
}

function familyFor({ launch }: Supervised, { known, limit }: Child): Family {
  return familyOf(launch.nonce, { leader: known, ...(limit.group === undefined ? {} : { cgroup: limit.group }) });
}

function howItEnded(
  { enclosure: { confinement }, limit: { holder } }: Child,
  { code, signal: by }: ChildEnd,
): Pick<Ending, "code" | "signal" | "sandbox" | "confinement" | "holder"> {
  return {
    ...(code === undefined ? {} : { code }),
    ...(by === undefined ? {} : { signal: by }),
    sandbox: confinement.sandbox,
    confinement,
    holder,
  };
}

/** A failure that follows what the kernel refused between two looks. */
function refusalIn({ code }: ChildEnd, limit: Child["limit"]): StartFailure | undefined {
  const detail = code === 0 ? undefined : limit.refused();
  return detail === undefined ? undefined : { cause: "quota", detail };
}

function enderOf({ options, timing, live }: Supervised, child: Child, agent?: AgentConversation): Ender {
  return createEnder(child, {
    clock: options.clock,
    timing,
    endTurn: () => agent?.end?.() ?? false,
    ending: ({ detail }) => live.onEnding?.(`orch ends the run: ${detail}`),
  });
}

function watchOutput(
  { launch, files, log, live, transcript }: Supervised,
  ender: Ender,
  agent?: AgentConversation,
): Output {
  const { outputBytes } = launch.spec.limits;
  const exceed = (cause: ExitCause, detail: string): void => ender.end("terminate", { cause, detail });
  return openOutput({
    limitBytes: outputBytes,
    stderrFile: files.stderr,
    ...(agent === undefined ? {} : { captureFile: files.capture }),
    onLine(stream, line) {
      if (stream === "stdout") agent?.line(line);
      else if (agent !== undefined) transcript.note(line);
    },
    onPiece(stream, text) {
      if (agent === undefined) log.append({ kind: "output", stream, text });
    },
    onBytes() {
      live.limits?.sawBytes();
      if (agent === undefined) live.limits?.sawProgress();
    },
    onOverflow: () => exceed("output", `It printed more than ${outputBytes} bytes.`),
    onBroken: (error) => exceed("supervisor_failed", `The output can't be written: ${reasonOf(error)}`),
  });
}

async function serve({ launch, live, log, redactor }: Supervised, ender: Ender, people: People): Promise<void> {
  const { steering, permissions } = people;
  live.socket = await serveSocket(launch.socket, {
    send: (message) => steering.send(message),
    asks: () => permissions.list(),
    answer: (answer) => permissions.answer(answer),
    hold: (holder, ms) => ({ waiting: steering.hold(holder, ms), holders: steering.holders }),
    hide({ secrets, patterns }) {
      redactor.register(secrets);
      redactor.use(patterns);
    },
    stop(mode, why, cause) {
      const known = mode === "interrupt" || mode === "kill" ? mode : "terminate";
      ender.end(known, { cause, detail: why });
    },
  });
  log.flush();
  live.socket.announce(log.lastSeq);
}

function readStreams(child: Child, output: Output): void {
  if (child.stdout !== null) output.read("stdout", child.stdout);
  if (child.stderr !== null) output.read("stderr", child.stderr);
}

/** Gives what the process started a moment to end by itself, then ends and counts it. */
async function leaveNothing(
  { options, timing }: Supervised,
  { child, family }: { readonly child: Child; readonly family: Family },
  ender: Ender,
): Promise<{ readonly count: number; readonly names: readonly string[] }> {
  const { clock } = options;
  const graceMs = ender.reason?.cause === "quota" ? 0 : timing.survivorsMs;
  const end = clock.monotonic() + graceMs;
  while (findFamily(family).length > 0 && clock.monotonic() < end) await clock.sleep(SURVIVOR_LOOK_MS);
  const names = namesOf(findFamily(family));
  const { found } = await killFamily(family, { clock, patienceMs: KILL_PATIENCE_MS });
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const drained = Promise.all(streams.map((stream) => finished(stream).catch(() => undefined)));
  const patience = new AbortController();
  await Promise.race([drained, clock.sleep(DRAIN_MS, patience.signal)]);
  patience.abort();
  // Whoever shed both group and mark may hold the pipes open still.
  for (const stream of streams) stream.destroy();
  child.stdin?.destroy();
  return { count: found.size, names };
}

function namesOf(rows: readonly { readonly pid: number }[]): readonly string[] {
  const names = rows.flatMap(({ pid }) => programOf(pid) ?? []);
  return [...new Set(names)].slice(0, MOST_NAMES);
}

/**
 * Writes the heartbeat file, so that a daemon can tell a stuck machine from a dead supervisor, and what the session
 * holds of the machine.
 */
function beat(
  path: string,
  { clock, load }: { readonly clock: Clock; readonly load: () => SessionLoad | undefined },
): Timer {
  let timer: Timer;
  const write = (): void => writeFileSync(path, JSON.stringify(load() ?? null));
  write();
  function next(): void {
    timer = clock.after(HEARTBEAT_MS, () => {
      try {
        write();
      } catch {
        // A folder that is being removed under us: the exit record will tell.
      }
      next();
    });
  }
  next();
  return { cancel: () => timer.cancel() };
}
