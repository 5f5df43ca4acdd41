import type { AgentConversation, RunLimits, SessionEvent } from "@orch/core";

import type { BudgetWatch } from "./budget.ts";
import { createPermissions, type Permissions } from "./permissions.ts";
import type { Supervised } from "./run-supervisor.ts";
import { createSteering, ORCH, type Steering } from "./steering.ts";

/** How long a line that somebody types counts as having taken over. */
const TERMINAL_HOLD_MS = 120_000;
/** How a line that somebody typed is signed. */
const TERMINAL = "terminal";
const NUDGE = "nudge-";

/** Everybody who speaks with the agent: people on the terminal and the socket, and orch itself. */
export interface People {
  readonly steering: Steering;
  readonly permissions: Permissions;
  /** Reminds the agent that its clock runs. */
  nudge(cause: "silence" | "no_progress", quietMs: number): void;
  /** True while the clocks of silence and progress have to wait for a person. */
  readonly busy: boolean;
  close(why: string): void;
}

/** True for what counts as news of the agent, and not as an echo of orch's own reminder. */
export function isOwnNudge(event: SessionEvent): boolean {
  return event.kind === "agent" && event.event.type === "message:delivered" && event.event.messageId.startsWith(NUDGE);
}

/** Lets people type messages on the terminal, and watches the agent's events for deliveries and questions. */
export function connectPeople(
  { options, timing, launch, log, live, terminal, transcript }: Supervised,
  { agent, budget }: { readonly agent?: AgentConversation; readonly budget: BudgetWatch },
): People {
  const { clock, random } = options;
  const { permissionMs }: RunLimits = launch.spec.limits;
  const isBusy = (): boolean => steering.holders.length > 0 || permissions.list().length > 0;
  const letGo = (): void => {
    if (!isBusy()) live.limits?.resumed();
  };
  const steering = createSteering(agent, {
    clock,
    confirmMs: timing.confirmMs,
    accepted: ({ id, from, text }) => log.append({ kind: "input", messageId: id, from, text }),
    undelivered: (messageId, why) => log.append({ kind: "undelivered", messageId, why }),
    held: (change) => {
      log.append({ kind: "hold", ...change });
      letGo();
    },
  });
  const permissions = createPermissions(agent, {
    clock,
    deadlineMs: permissionMs,
    answered: (answer) => {
      log.append({ kind: "answer", ...answer });
      letGo();
    },
  });
  live.onEvent = (event) => {
    if (event.kind !== "agent") return;
    budget.saw(event.event);
    if (event.event.type === "message:delivered") steering.delivered(event.event.messageId);
    const asked = permissions.list().length;
    permissions.onEvent(event.event);
    if (permissions.list().length < asked) letGo();
  };
  live.onRefused = (messageId, why) => steering.refused(messageId, why);
  live.onEnding = (why) => steering.stop(why);
  heedTerminal({ terminal, transcript, random }, steering);
  return {
    steering,
    permissions,
    nudge(cause, quietMs) {
      const what = cause === "silence" ? "printed nothing" : "done nothing that counts as progress";
      const text = `You have ${what} for ${Math.round(quietMs / 1000)} seconds. Go on, or give your final report.`;
      void steering.send({ id: `${NUDGE}${random.token(8)}`, from: ORCH, text });
    },
    get busy() {
      return isBusy();
    },
    close(why) {
      permissions.close();
      steering.close(why);
    },
  };
}

/** What somebody types on the terminal is said to the agent. */
function heedTerminal(
  { terminal, transcript, random }: Pick<Supervised, "terminal" | "transcript"> & Pick<Supervised["options"], "random">,
  steering: Steering,
): void {
  terminal.onLine(
    (text) => {
      // Who has attached holds it already, and lets go when they leave.
      if (steering.holders.every((by) => by === TERMINAL)) steering.hold({ by: TERMINAL }, TERMINAL_HOLD_MS);
      const message = { id: `terminal-${random.token(8)}`, from: TERMINAL, text };
      void steering.send(message).then((receipt) => {
        transcript.note("why" in receipt ? `${receipt.outcome}: ${receipt.why}` : receipt.outcome);
      });
    },
    // Half a message said as if it were the whole would be worse than none.
    () => transcript.note("refused: a terminal cuts a line of this length; use: orch task send"),
  );
}
