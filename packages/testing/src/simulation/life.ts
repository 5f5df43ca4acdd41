import type { Engine } from "@orch/core";

import { createProcess, type DaemonProcess, type Weather } from "./daemon-process.ts";
import { createDaemon, type DaemonParts } from "./simulated-daemon.ts";
import { count, type World } from "./world.ts";

const CALM_AFTER_MS = 2 * 3_600_000;
const calm = weather(0);
const rough = weather(0.06);
/** Of the rare calls, those that few runs make at all. */
const RAREST: ReadonlySet<string> = new Set(["store.events"]);
const harsh = weather(0.2);

/** What a run calls once or never: its first calls are unlucky more often, or no run would show what becomes of them. */
const RARE: ReadonlySet<string> = new Set([
  "forge.closeIssue",
  "forge.deleteBranch",
  "forge.editPullRequest",
  "forge.history",
  "forge.jobLog",
  "forge.linkBranch",
  "forge.markReady",
  "forge.merge",
  "forge.openIssue",
  "forge.openPullRequest",
  "forge.openPulls",
  "forge.pullMarks",
  "forge.pullRequest",
  "forge.react",
  "forge.remote",
  "forge.reopenIssue",
  "forge.rerunFailed",
  "forge.runsGoingOn",
  "forge.submitReview",
  "reviewer.review",
  "sessions.send",
  "sessions.stop",
  "store.events",
  "store.expireLeases",
  "workspace.diff",
  "workspace.inspect",
  "workspace.log",
  "workspace.merge",
  "workspace.publish",
  "workspace.rebase",
  "workspace.remove",
]);
const FIRST_CALLS = 3;

/** A daemon's life: processes follow each other; now and then a frozen one wakes up beside its successor. */
export interface Life {
  /** The engine that answers at the moment, if one does. */
  engine(): Engine | undefined;
  /** How many processes have died, how many calls were lost, and how often each call met each fate. */
  losses(): { readonly crashes: number; readonly faults: number; readonly fates: ReadonlyMap<string, number> };
  boot(): void;
  /** When the process that answers at the moment, or will, was started; epoch milliseconds. */
  bootedAt(): number;
  /** Whether the weather is fair for a while, but for what is rarely called. */
  clear(isFair: boolean): void;
  end(): void;
}

interface State {
  engine: Engine | undefined;
  current: DaemonProcess | undefined;
  crashes: number;
  faults: number;
  ended: boolean;
  isFair: boolean;
  bootedAt: number;
  readonly fates: Map<string, number>;
  /** How often each rare call was made. */
  readonly rare: Map<string, number>;
}

/** Makes a life that has not begun. The weather clears after two virtual hours, but for what is rarely called. */
export function createLife(parts: Omit<DaemonParts, "process">): Life {
  const { random, clock, trace } = parts.world;
  const calmAt = clock.now() + CALM_AFTER_MS;
  const state = newborn();

  function boot(): void {
    if (state.ended) return;
    const stormy = clock.now() < calmAt;
    const around = stormy ? someWeather(random) : calm;
    const process = createProcess({
      name: `daemon${state.crashes}`,
      random,
      trace,
      weather: (label) => weatherFor(state, { label, around }),
      onFault: () => (state.faults += 1),
      onFate: (fate) => count(state.fates, fate),
      onDeath: () => died(process),
    });
    state.current = process;
    state.bootedAt = clock.now();
    trace.say(process.name, "boots");
    start(process);
    if (stormy && random.chance(0.3)) clock.after(random.between(1_000, 600_000), () => replaceFrozen(process));
  }

  function start(process: DaemonProcess): void {
    const engine = createDaemon({ ...parts, process });
    void engine.start().then(
      () => {
        if (state.current === process) state.engine = engine;
      },
      () => process.kill("at boot"),
    );
  }

  function died(process: DaemonProcess): void {
    state.crashes += 1;
    if (state.current !== process) return;
    state.engine = undefined;
    clock.after(random.between(500, 30_000), boot);
  }

  function replaceFrozen(process: DaemonProcess): void {
    if (!process.alive || state.current !== process) return;
    process.freeze();
    state.engine = undefined;
    clock.after(random.between(1_000, 60_000), boot);
    clock.after(random.between(60_000, 300_000), () => process.thaw());
    clock.after(600_000, () => process.kill("after its frozen life"));
  }

  function end(): void {
    state.ended = true;
    state.current?.kill("at the end");
  }

  return {
    boot,
    bootedAt: () => state.bootedAt,
    clear: (isFair) => void Object.assign(state, { isFair }),
    end,
    engine: () => state.engine,
    losses: () => state,
  };
}

function newborn(): State {
  return {
    engine: undefined,
    current: undefined,
    crashes: 0,
    faults: 0,
    ended: false,
    isFair: false,
    bootedAt: 0,
    fates: new Map(),
    rare: new Map(),
  };
}

function weatherFor(state: State, { label, around }: { readonly label: string; readonly around: Weather }): Weather {
  if (isEarly(state, label)) return RAREST.has(label) ? harsh : rough;
  return state.isFair ? calm : around;
}

/** Counts the call, and tells whether it is one of the first of a rare kind. */
function isEarly({ rare }: State, label: string): boolean {
  if (!RARE.has(label)) return false;
  count(rare, label);
  return (rare.get(label) ?? 0) <= FIRST_CALLS;
}

function someWeather(random: World["random"]): Weather {
  return weather(random.pick([0, 0.002, 0.01, 0.03]));
}

function weather(level: number): Weather {
  return { crashBefore: level, crashAfter: level, loseRequest: level, loseAnswer: level };
}
