import {
  addUsage,
  countedTokens,
  noUsage,
  runningUsage,
  type AttemptRef,
  type RunPricing,
  type SessionId,
  type Usage,
} from "@orch/core";

import type { RunnerDeps } from "./deps.ts";

/** Tokens and money that were used up. */
export interface Spent {
  /** Counted tokens, see `countedTokens`. */
  readonly tokens: number;
  readonly usd: number;
}

/** An agent that is followed while it runs. */
export interface Metered {
  readonly ref: AttemptRef;
  readonly session: SessionId;
  /** What its tokens cost until it says it itself. */
  readonly pricing: RunPricing;
  /** Why nothing is left for it, which has used this much by now; undefined: something is. */
  readonly exhausted: (used: Usage) => Promise<string | undefined>;
}

/** What attempts have used that the store does not count yet: those that run, and those that are being judged. */
export interface SpendMeter {
  /** Their sum, over a project or all. */
  open(project?: string): Promise<Spent>;
  /** Keeps what an attempt's agent has used until the store counts it. */
  note(ref: AttemptRef, usage: Usage): void;
  /**
   * Follows an agent until `signal` aborts. With each use of any that are followed, everyone is asked whether something
   * is left; an agent for which nothing is left is stopped with the cause `budget`, once.
   */
  follow(metered: Metered, signal: AbortSignal): Promise<void>;
}

interface Entry {
  readonly ref: AttemptRef;
  usage: Usage;
}

/**
 * Makes the meter that all attempts of a runner share. It holds nothing that can't be found out again: a new one reads
 * each session from its beginning.
 */
export function createSpendMeter(deps: Pick<RunnerDeps, "store" | "sessions" | "logger">): SpendMeter {
  const entries = new Map<string, Entry>();
  const running = new Set<Metered>();
  let looking: Promise<void> | undefined;
  let again = false;

  function note(ref: AttemptRef, usage: Usage): void {
    entries.set(keyOf(ref), { ref, usage });
  }

  /** Lets go of attempts that the store counts by now. */
  async function settle(): Promise<void> {
    for (const [key, { ref }] of entries) {
      const known = await deps.store.attempt(ref);
      if (known?.phase === "finished") entries.delete(key);
    }
  }

  async function lookAtAll(): Promise<void> {
    do {
      again = false;
      for (const metered of running) await look(metered);
    } while (again);
  }

  async function look(metered: Metered): Promise<void> {
    const why = await metered.exhausted(entries.get(keyOf(metered.ref))?.usage ?? noUsage);
    if (why === undefined || !running.delete(metered)) return;
    deps.logger.info({ session: metered.session, why }, "an agent is stopped: a budget is used up");
    await deps.sessions.stop(metered.session, { mode: "interrupt", why, cause: "budget" });
  }

  /** One look at a time; what is used meanwhile makes for one more. */
  function lookSoon(): void {
    again = true;
    looking ??= lookAtAll()
      .catch((error: unknown) => deps.logger.warn({ error }, "the budgets of running agents can't be looked at"))
      .finally(() => (looking = undefined));
  }

  return {
    note,
    async open(project) {
      await settle();
      const open = [...entries.values()].filter(({ ref }) => project === undefined || ref.project === project);
      const sum = open.reduce((total, { usage }) => addUsage(total, usage), noUsage);
      return { tokens: countedTokens(sum), usd: sum.costUsd ?? 0 };
    },
    async follow(metered, signal) {
      const { ref, session, pricing } = metered;
      const add = runningUsage(pricing);
      running.add(metered);
      try {
        for await (const line of deps.sessions.follow(session, { after: 0, signal })) {
          const used = line.kind === "agent" ? add(line.event) : undefined;
          if (used === undefined) continue;
          note(ref, used);
          lookSoon();
        }
      } finally {
        running.delete(metered);
      }
    },
  };
}

function keyOf({ project, id, attempt }: AttemptRef): string {
  return `${project}#${id}/${attempt}`;
}
