import { orchError, type BranchName, type Clock, type ErrorCode, type Forge, type ProjectId } from "@orch/core";

import { PEOPLE, type ForgePeople } from "./forge-people.ts";
import type { MadeElsewhere } from "./memory-git.ts";
import { memoryIssues } from "./memory-issues.ts";
import { memoryPeople, pushed } from "./memory-people.ts";
import { memoryPulls } from "./memory-pulls.ts";
import { createMemoryState, type MemoryState } from "./memory-state.ts";

type Method = Exclude<keyof Forge, "name" | "repository" | "project">;

/** What goes wrong with one call. */
export interface ForgeFault {
  /** What the call fails with. */
  readonly code: Extract<ErrorCode, `forge_${string}`>;
  /** `after`: the work was done, only the answer is lost. */
  readonly when: "before" | "after";
  /** Only a call of this method; any other goes well meanwhile. */
  readonly method?: Method;
  /** Of `forge_limited`: epoch milliseconds. */
  readonly retryAt?: number;
}

/** A forge that lives in memory, with its people and what goes wrong. */
export interface MemoryForge extends Forge {
  readonly people: ForgePeople;
  /** What it knows, to look at. */
  readonly state: MemoryState;
  /** Takes in a push of a commit that was made elsewhere. */
  takePush(push: MadeElsewhere & { readonly branch: BranchName }): void;
  /** The next call that matches fails so. */
  failNext(fault: ForgeFault): void;
  /** Asks before each call that no other fault waits for; undefined lets it pass, and nothing takes the question back. */
  decideFaults(choose: ((method: Method) => ForgeFault | undefined) | undefined): void;
  /** Every call so far. */
  readonly calls: readonly Method[];
}

/** What a forge in memory is made of. */
export interface MemoryForgeOptions {
  readonly project: ProjectId;
  readonly clock: Clock;
  /** Whom orch's token belongs to (`orch[bot]`). */
  readonly self?: string;
  /** Branches go to a fork, by somebody who may only read the repository itself. */
  readonly fork?: boolean;
}

/** Makes a forge with one commit on `main` and no issue. */
export function createMemoryForge(options: MemoryForgeOptions): MemoryForge {
  const { project, clock, self = "orch[bot]", fork = false } = options;
  const state = createMemoryState({ project, clock, fork });
  const waiting: ForgeFault[] = [];
  const calls: Method[] = [];
  let choose: ((method: Method) => ForgeFault | undefined) | undefined;
  state.roles.set(self, fork ? "none" : "write");

  function faultOf(method: Method): ForgeFault | undefined {
    const index = waiting.findIndex((fault) => fault.method === undefined || fault.method === method);
    return index < 0 ? choose?.(method) : waiting.splice(index, 1)[0];
  }
  const failing =
    <Args extends unknown[], Value>(method: Method, work: (...args: Args) => Promise<Value>) =>
    async (...args: Args): Promise<Value> => {
      calls.push(method);
      const fault = faultOf(method);
      if (fault?.when === "before") throw errorOf(fault);
      if (fork && FOR_WRITERS.has(method)) throw orchError("forge_denied", `${self} may not ${method} there`);
      const value = await work(...args);
      if (fault?.when === "after") throw errorOf(fault);
      return value;
    };

  const methods = { ...memoryIssues(state, self), ...memoryPulls(state, self), ...identity(state, self) };
  const wrapped = new Proxy(methods, {
    get: (target, name: Method) => failing(name, Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>),
  });
  return {
    name: "memory",
    repository: project,
    project,
    ...wrapped,
    budget: () => ({
      used: calls.length,
      unchanged: 0,
      points: 0,
      sent: { dispatch: calls.length, status: 0, housekeeping: 0 },
      turnedAway: 0,
    }),
    people: memoryPeople(state),
    state,
    takePush({ branch, ...made }) {
      state.heads.place(branch, made);
      pushed(state);
    },
    failNext: (fault) => void waiting.push(fault),
    decideFaults(decide) {
      choose = decide;
    },
    calls,
  };
}

/** What somebody who may only read is refused. */
const FOR_WRITERS: ReadonlySet<Method> = new Set([
  "ensureLabels",
  "setLabels",
  "closeIssue",
  "reopenIssue",
  "merge",
  "rerunFailed",
]);

function identity(state: MemoryState, self: string): Pick<Forge, "account" | "self" | "roleOf" | "remote"> {
  const isFork = state.heads !== state.git;
  return {
    self: async () => state.user(self),
    account: async () => ({
      user: state.user(self),
      source: "memory",
      role: state.roles.get(self) ?? "none",
      missing: [],
    }),
    // Whoever may not write is told of nobody but the owner.
    roleOf: async (login) => (isFork && login !== PEOPLE.owner ? undefined : state.roles.get(login)) ?? "none",
    remote: async () => ({
      url: state.url(""),
      ...(isFork ? { forkUrl: state.url("fork") } : {}),
      authorization: `Basic ${PEOPLE.owner}`,
    }),
  };
}

function errorOf({ code, when, retryAt }: ForgeFault): Error {
  const message = when === "before" ? "the forge failed" : "the forge's answer was lost";
  return orchError(code, message, retryAt === undefined ? {} : { details: { retryAt } });
}
