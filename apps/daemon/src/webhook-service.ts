import type { CommandResults } from "@orch/api";
import type { Config } from "@orch/config";
import {
  orchError,
  type Clock,
  type Delivery,
  type DeliveryStatistics,
  type Engine,
  type Logger,
  type ProjectId,
  type Random,
} from "@orch/core";
import type { SecretRedactor } from "@orch/security";
import type { SqliteStore } from "@orch/store";

import type { DaemonForges } from "./forges.ts";
import { hookAddress } from "./hook-address.ts";
import type { ProjectBook } from "./project-book.ts";
import { startCatchUp, type CatchUpLoop } from "./webhook-catch-up.ts";
import { retryDelivery } from "./webhook-retry.ts";
import { needSecret, secretsOf } from "./webhook-secrets.ts";
import { forgeView, listenerView, projectView, viewDelivery } from "./webhook-views.ts";
import type { WebhookWatch } from "./webhook-watch.ts";
import { startWebhooks, type RunningWebhooks } from "./webhooks.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

type Status = CommandResults["webhook status"];

/** What webhooks are served with. */
export interface WebhookServiceOptions extends Pick<DaemonForges, "hooksOf" | "nameOf" | "projectOf" | "heard"> {
  readonly projects: Pick<ProjectBook, "get" | "list" | "changeGlobal"> & {
    readonly global: Pick<Config, "webhook"> & { readonly engine: Pick<Config["engine"], "webhookCheckMs"> };
  };
  readonly store: SqliteStore;
  readonly watch: WebhookWatch;
  /** Where the audit is written. */
  readonly logs: string;
  /** Where the secret of hooks is kept that are made here. */
  readonly secretFile: string;
  readonly redactor: Pick<SecretRedactor, "register">;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Webhooks as people see them. */
export interface WebhookView {
  /** The last 24 hours. */
  day(): Promise<DeliveryStatistics>;
  /** `forge`: asks the forges as well. */
  status(query: { readonly limit: number; readonly forge: boolean }): Promise<Status>;
  /** Tries a failed or waiting delivery again, or takes one that never arrived from the forge's list. @throws `delivery_unknown`, `usage` where no listener works */
  retry(delivery: string): Promise<Delivery>;
  /**
   * Has the project's forge tell this daemon of changes at an address, from now on: makes a secret where there is none,
   * has webhooks taken, and makes the hook. Throws what the forge throws, `usage`, `config_invalid`, `home_unusable`.
   */
  add(wish: { readonly project: ProjectId; readonly url: string }): Promise<CommandResults["webhook add"]>;
}

/** Webhooks of a daemon: off until they are begun. Disposing takes no more. */
export interface WebhookService extends WebhookView, AsyncDisposable {
  /** Listens as configured now, unless it does already. Throws as `startWebhooks` does. */
  begin(engine: Pick<Engine, "look">): Promise<void>;
}

/** Makes it. */
export function createWebhookService(options: WebhookServiceOptions): WebhookService {
  const { projects, store, clock, watch } = options;
  const { deliveries } = store;
  const scope = new AsyncDisposableStack();
  let running: RunningWebhooks | undefined;
  let engine: Pick<Engine, "look"> | undefined;
  let catchUp: CatchUpLoop | undefined;
  const day = (): Promise<DeliveryStatistics> => deliveries.statistics(clock.now() - DAY_MS);

  /** Begins to listen, if that is wanted and possible here. */
  async function listen(): Promise<void> {
    if (running !== undefined || engine === undefined || !projects.global.webhook.enabled) return;
    const secrets = await secretsOf(projects.global.webhook);
    options.redactor.register(secrets);
    const settings = { ...projects.global.webhook, secrets };
    const checkMs = (): number => projects.global.engine.webhookCheckMs;
    running = scope.use(await startWebhooks({ ...options, deliveries, engine, settings, checkMs }));
    catchUp = scope.use(startCatchUp({ ...options, webhooks: running.webhooks, checkMs }));
  }

  return {
    day,
    async status({ limit, forge }) {
      const known = projects.list();
      const waiting = await deliveries.list({ states: ["received"], limit });
      return {
        ...watch.health(),
        listener: await listenerView(running, projects.global.webhook),
        day: await day(),
        projects: known.flatMap((project) => projectView(watch, { project, report: catchUp?.report(project.id) })),
        waiting: waiting.map((one) => viewDelivery(one)),
        deliveries: (await deliveries.list({ limit })).map((one) => viewDelivery(one)),
        ...(forge ? { forge: (await Promise.all(known.map((project) => forgeView(options, project)))).flat() } : {}),
      };
    },
    retry: (delivery) => retryDelivery({ ...options, webhooks: running?.webhooks }, delivery),
    async begin(told) {
      engine = told;
      await listen();
    },
    async add({ project, url }) {
      const hooks = options.hooksOf(project);
      if (hooks === undefined)
        throw orchError("usage", `${project} is not on GitHub`, { hint: "See: orch init --github" });
      const address = hookAddress(url);
      const secret = await needSecret(options);
      await listen();
      const { hook, created } = await hooks.put({ url: address, secret });
      const { host, port } = projects.global.webhook;
      const listens = running === undefined ? null : `${host}:${running.port}`;
      return { project, url: address, hook, created, listens, place: `${host}:${running?.port ?? port}` };
    },
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}
