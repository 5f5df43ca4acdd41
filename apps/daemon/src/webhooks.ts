import { createWebhooks, type Webhooks } from "@orch/backend-github";
import type { Config } from "@orch/config";
import type { Clock, Deliveries, Engine, Logger, Random, Store } from "@orch/core";

import { startDaily } from "./daily.ts";
import type { DaemonForges } from "./forges.ts";
import { createTcpListener } from "./http/listen-tcp.ts";
import { openRotatingFile } from "./rotating-file.ts";
import type { WebhookWatch } from "./webhook-watch.ts";

const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const MOST_KEPT = 100_000;

/** What webhooks are taken with. */
export interface StartWebhooksOptions extends Pick<DaemonForges, "projectOf" | "heard"> {
  /** As configured when the daemon starts, with the secrets that files hold. */
  readonly settings: Config["webhook"];
  /** How often to look whether the listener answers, as configured now, in milliseconds. */
  checkMs(): number;
  /** Where the audit is written. */
  readonly logs: string;
  readonly engine: Pick<Engine, "look">;
  readonly store: Store;
  readonly deliveries: Deliveries;
  readonly watch: WebhookWatch;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A listener for webhooks that works. Disposing takes no more, and lets those that are being answered finish. */
export interface RunningWebhooks extends AsyncDisposable {
  readonly webhooks: Webhooks;
  readonly port: number;
}

/**
 * Listens for webhooks on a port of its own, where nothing else of the daemon is, and hands the engine what they hint at.
 * Throws `config_invalid`, `home_unusable` and `store_failed`; then nothing is left open.
 */
export async function startWebhooks(options: StartWebhooksOptions): Promise<RunningWebhooks> {
  await using scope = new AsyncDisposableStack();
  const { settings, deliveries, clock, logger, watch } = options;
  const audit = scope.use(openRotatingFile(options.logs, "webhooks.jsonl"));
  const webhooks = scope.use(
    createWebhooks({
      ...settings,
      deliveries,
      projectOf: (...named) => options.projectOf(...named),
      onHint: (hint) => options.engine.look(hint),
      onArrival(arrival) {
        watch.ways.arrived(arrival);
        options.heard(arrival);
      },
      audit: (record) => void audit.write(JSON.stringify(record)),
      clock,
      random: options.random,
      logger,
    }),
  );
  const { host } = settings;
  const listener = scope.use(
    await createTcpListener((request) => webhooks.fetch(request), { host, port: settings.port, clock }),
  );
  await webhooks.start();
  const own = `http://${reachable(host)}:${listener.port}/health`;
  watch.begin({ ping: async (signal) => (await fetch(own, { signal })).ok, everyMs: () => options.checkMs() });
  scope.use(
    startDaily(options, {
      cursor: "webhooks:pruned",
      failure: "old webhooks could not be forgotten",
      async work() {
        await deliveries.prune({ before: clock.now() - KEPT_MS, keep: MOST_KEPT });
        return "done";
      },
    }),
  );
  if (settings.secrets.length === 0) logger.warn({}, "webhooks of anybody on this machine are believed");
  logger.info({ host, port: listener.port }, "listening for webhooks");
  scope.defer(() => logger.info({}, "no more webhooks are taken; those being answered finish"));
  const owned = scope.move();
  return { webhooks, port: listener.port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** An address to reach a listener by that listens on all of them. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
