import { orchError, type ErrorCode } from "@orch/core";

import type { SeededRandom } from "./seeded-random.ts";
import type { Trace } from "./trace.ts";

/** How often what goes wrong, per call over a port. */
export interface Weather {
  readonly crashBefore: number;
  readonly crashAfter: number;
  readonly loseRequest: number;
  readonly loseAnswer: number;
}

/** A daemon process that may die at any call, or freeze and thaw. */
export interface DaemonProcess {
  readonly name: string;
  readonly alive: boolean;
  /** True while it has neither frozen nor lost a call. */
  readonly steady: boolean;
  /** Wraps a port, so that every call meets the weather. `failure` is what a lost call is reported as. */
  inhabit<Port extends object>(port: Port, options: { readonly label: string; readonly failure: ErrorCode }): Port;
  kill(why: string): void;
  freeze(): void;
  thaw(): void;
}

/** What a process is made of. */
export interface ProcessParts {
  readonly name: string;
  readonly random: SeededRandom;
  readonly trace: Trace;
  /** How likely a call, such as `store.commit`, is to go wrong now; asked once for each. */
  readonly weather: (label: string) => Weather;
  /** Called once, when it dies. */
  readonly onDeath: () => void;
  /** Called for each lost request or answer. */
  readonly onFault: () => void;
  /** Told of each call with what became of it, such as `store.commit crashAfter`. */
  readonly onFate: (fate: string) => void;
}

type Method = (...args: readonly unknown[]) => unknown;

/** Makes a process. After its death no call of it has an effect, and none of its promises settles. */
export function createProcess(parts: ProcessParts): DaemonProcess {
  const { name, random, trace, weather } = parts;
  let alive = true;
  let steady = true;
  let frozen: Promise<void> | undefined;
  let melt: (() => void) | undefined;

  function kill(why: string): void {
    if (!alive) return;
    alive = false;
    trace.say(name, `dies ${why}`);
    parts.onDeath();
  }

  async function call({ label, fates }: CallName, act: () => unknown, failure: ErrorCode): Promise<unknown> {
    await frozen;
    if (!alive) return never();
    const fate = fateOf(weather(label), random.next());
    parts.onFate(fates[fate]);
    if (fate === "crashBefore") kill(`before ${label}`);
    if (fate === "loseRequest") lose(`${label}: the request is lost`, failure);
    const answer = alive ? await act() : undefined;
    if (fate === "crashAfter") kill(`after ${label}`);
    await frozen;
    if (!alive) return never();
    return fate === "loseAnswer" ? lose(`${label}: the answer is lost`, failure) : answer;
  }

  function lose(what: string, failure: ErrorCode): never {
    trace.say(name, what);
    steady = false;
    parts.onFault();
    throw orchError(failure, what);
  }

  return {
    name,
    get alive() {
      return alive;
    },
    get steady() {
      return steady;
    },
    inhabit: (port, { label, failure }) => wrapped(port, { label, call: (name, act) => call(name, act, failure) }),
    kill,
    freeze() {
      if (frozen !== undefined) return;
      trace.say(name, "freezes");
      steady = false;
      frozen = new Promise((resolve) => {
        melt = resolve;
      });
    },
    thaw() {
      trace.say(name, "thaws");
      frozen = undefined;
      melt?.();
    },
  };
}

/** A promise of its own for each dead call: one for all would keep everything that waits for it. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** How a call is named, alone and with each of its fates: thousands of calls share a few names. */
interface CallName {
  readonly label: string;
  readonly fates: Readonly<Record<keyof Weather | "fair", string>>;
}

function nameOf(label: string): CallName {
  const ways = ["crashBefore", "loseRequest", "crashAfter", "loseAnswer", "fair"] as const;
  const fates = Object.fromEntries(ways.map((way) => [way, `${label} ${way}`])) as CallName["fates"];
  return { label, fates };
}

/** A port whose asynchronous methods go through `call`. */
function wrapped<Port extends object>(
  port: Port,
  to: { readonly label: string; readonly call: (name: CallName, act: () => unknown) => Promise<unknown> },
): Port {
  const made = new Map<string, Method>();

  function methodOf(property: string, method: Method): Method {
    if (synchronous.has(property)) return method.bind(port);
    const name = nameOf(`${to.label}.${property}`);
    return (...args) => to.call(name, () => Reflect.apply(method, port, args));
  }

  return new Proxy(port, {
    get(target, property) {
      if (typeof property !== "string") return Reflect.get(target, property) as unknown;
      const known = made.get(property);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== "function") return value;
      const method = methodOf(property, value as Method);
      made.set(property, method);
      return method;
    },
  });
}

const synchronous: ReadonlySet<string> = new Set(["onWake", "follow", "tidyCommands", "verifyCommand", "scrubCommand"]);

function fateOf(weather: Weather, roll: number): keyof Weather | "fair" {
  let limit = 0;
  for (const fate of ["crashBefore", "loseRequest", "crashAfter", "loseAnswer"] as const) {
    limit += weather[fate];
    if (roll < limit) return fate;
  }
  return "fair";
}
