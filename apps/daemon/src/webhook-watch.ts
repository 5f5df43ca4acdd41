import { asOrchError, type Clock, type Logger, type ProjectId, type Timer, type WebhookHealth } from "@orch/core";

import { createWebhookWays, type WebhookWays } from "./webhook-ways.ts";

const PING_MS = 5_000;

/** Knows whether webhooks can arrive, and of which projects they do. Until it is told of a listener, none can. */
export interface WebhookWatch extends AsyncDisposable {
  /** Without a project: of the listener itself. */
  health(project?: ProjectId): WebhookHealth;
  /** When the present listener began; epoch milliseconds. */
  readonly listeningSince: number | undefined;
  readonly ways: WebhookWays;
  /** Begins to look: `ping` is true when the listener answers, and may throw. */
  begin(listener: { ping(signal: AbortSignal): Promise<boolean>; everyMs(): number }): void;
}

/** Makes one; what changes is told in the log (seed row A37). */
export function createWebhookWatch({ clock, logger }: { clock: Clock; logger: Logger }): WebhookWatch {
  const end = new AbortController();
  let health: WebhookHealth = { mode: "polling", why: "disabled" };
  let listening: { readonly since: number; everyMs(): number } | undefined;
  let timer: Timer | undefined;
  let looking: Promise<void> = Promise.resolve();
  const ways = createWebhookWays({
    clock,
    logger,
    listener: () => (listening === undefined ? undefined : { since: listening.since, checkMs: listening.everyMs() }),
  });

  function become(answers: boolean): void {
    if (!answers && health.mode === "webhooks") {
      health = { mode: "polling", why: "unreachable" };
      logger.warn({}, "entering polling fallback mode");
    } else if (answers && health.mode === "polling") {
      health = { mode: "webhooks" };
      logger.info({}, "exiting polling fallback mode");
    }
  }

  return {
    health(project) {
      const why = project === undefined ? undefined : ways.why(project);
      return health.mode === "webhooks" && why !== undefined ? { mode: "polling", why } : health;
    },
    get listeningSince() {
      return listening?.since;
    },
    ways,
    begin(listener) {
      health = { mode: "webhooks" };
      listening = { since: clock.now(), everyMs: () => listener.everyMs() };
      const look = async (): Promise<void> => {
        const late = new AbortController();
        const limit = clock.after(PING_MS, () => late.abort());
        const ping = listener.ping(AbortSignal.any([late.signal, end.signal]));
        const answers = await ping.catch((error: unknown) => {
          logger.debug({ error: asOrchError(error) }, "the listener for webhooks does not answer");
          return false;
        });
        limit.cancel();
        if (end.signal.aborted) return;
        become(answers);
        plan();
      };
      const plan = (): void => {
        timer = clock.after(listener.everyMs(), () => void (looking = look()));
      };
      plan();
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      timer?.cancel();
      ways[Symbol.dispose]();
      await looking;
    },
  };
}
