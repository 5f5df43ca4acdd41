import { asOrchError, type Clock, type Logger, type Timer, type WebhookHealth } from "@orch/core";

const PING_MS = 5_000;

/** Knows whether webhooks can arrive. Until it is told of a listener, none can. */
export interface WebhookWatch extends AsyncDisposable {
  health(): WebhookHealth;
  /** Begins to look: `ping` is true when the listener answers, and may throw. */
  begin(listener: { ping(signal: AbortSignal): Promise<boolean>; everyMs(): number }): void;
}

/** Makes one; what changes is told in the log (seed row A37). */
export function createWebhookWatch({
  clock,
  logger,
}: {
  readonly clock: Clock;
  readonly logger: Logger;
}): WebhookWatch {
  const end = new AbortController();
  let health: WebhookHealth = { mode: "polling", why: "disabled" };
  let timer: Timer | undefined;
  let looking: Promise<void> = Promise.resolve();

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
    health: () => health,
    begin(listener) {
      health = { mode: "webhooks" };
      const look = async (): Promise<void> => {
        const late = new AbortController();
        const limit = clock.after(PING_MS, () => late.abort());
        const answers = await listener.ping(AbortSignal.any([late.signal, end.signal])).catch((error: unknown) => {
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
      await looking;
    },
  };
}
