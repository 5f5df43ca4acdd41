import type { Clock, Timer } from "@orch/core";

import { signal } from "../processes/family.ts";
import { listProcesses, namespaceDepth } from "../processes/process-table.ts";
import type { Child, StartFailure } from "./child.ts";
import type { SupervisorTiming } from "./timing.ts";

/** Ends a session's process. */
export interface Ender {
  /** The first reason that was given; it is what the exit record says. */
  readonly reason: StartFailure | undefined;
  end(mode: "interrupt" | "terminate" | "kill", reason: StartFailure): void;
  close(): void;
}

/** What an ender works with. */
export interface EnderParts {
  readonly clock: Clock;
  readonly timing: SupervisorTiming;
  /** Asks the agent to end its turn for good; false: it can't be asked. */
  readonly endTurn: () => boolean;
  /** Told once, before anything is done: from now on nothing new may reach the agent. */
  readonly ending: (reason: StartFailure) => void;
}

/** Makes the ender of `child`. */
export function createEnder(child: Child, { clock, timing, endTurn, ending }: EnderParts): Ender {
  const timers: Timer[] = [];
  let reason: StartFailure | undefined;

  function kill(): void {
    signal(-child.known.pid, "SIGKILL");
  }

  function terminate(): void {
    sendTerm(child);
    timers.push(clock.after(timing.terminateMs, kill));
  }

  return {
    get reason() {
      return reason;
    },
    end(mode, why) {
      if (reason === undefined) ending(why);
      reason ??= why;
      if (mode === "kill") return kill();
      if (mode === "interrupt" && endTurn()) timers.push(clock.after(timing.interruptMs, terminate));
      else terminate();
    },
    close() {
      for (const timer of timers) timer.cancel();
    },
  };
}

/**
 * The sandbox's own process would take the session down at once, and its relays are what the program tidies up
 * through: only those inside are asked.
 */
function sendTerm({ known, enclosure }: Child): void {
  const { depth } = enclosure;
  if (depth === 0) return signal(-known.pid, "SIGTERM");
  const inside = listProcesses().filter(({ pid, group }) => group === known.pid && pid !== known.pid);
  for (const { pid } of inside) if (namespaceDepth(pid) > depth) signal(pid, "SIGTERM");
}
