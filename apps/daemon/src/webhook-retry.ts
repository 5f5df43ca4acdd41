import type { GitHubHooks, Webhooks } from "@orch/backend-github";
import {
  asOrchError,
  orchError,
  type Clock,
  type Deliveries,
  type Delivery,
  type Logger,
  type ProjectId,
  type Projects,
} from "@orch/core";

/** So long GitHub keeps what it has sent. */
const KEPT_MS = 3 * 24 * 60 * 60 * 1000;
const LONGEST_LIST = 500;
const SOURCE = "github";

interface RetryParts {
  /** Absent: no webhooks are taken here. */
  readonly webhooks: Webhooks | undefined;
  readonly projects: Pick<Projects, "list">;
  hooksOf(project: ProjectId): GitHubHooks | undefined;
  readonly store: { readonly deliveries: Pick<Deliveries, "find"> };
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Has a delivery tried again that failed or waits; one that never arrived is taken from the list of the hook that sent it.
 * Throws `usage` where no webhooks are taken, `delivery_unknown`.
 */
export async function retryDelivery(parts: RetryParts, delivery: string): Promise<Delivery> {
  const { webhooks, projects, store } = parts;
  if (webhooks === undefined) {
    throw orchError("usage", "no webhooks are taken here", { hint: "Set webhook.enabled, and start the daemon anew." });
  }
  const due = await webhooks.retry(delivery);
  if (due !== undefined) return due;
  const known = await store.deliveries.find({ source: SOURCE, delivery });
  if (known === undefined) {
    for (const { id } of projects.list()) {
      const hooks = parts.hooksOf(id);
      if (hooks === undefined || !(await takeFrom(hooks, { ...parts, webhooks, delivery }))) continue;
      const taken = await store.deliveries.find({ source: SOURCE, delivery });
      if (taken !== undefined) return taken;
    }
  }
  throw orchError("delivery_unknown", `no failed or waiting delivery is called ${delivery}`, {
    hint: "See: orch webhook status, or with --forge what never arrived",
  });
}

/** True when one of the hooks has sent it. A forge that can't be asked has not. */
async function takeFrom(
  hooks: GitHubHooks,
  { webhooks, delivery, clock, logger }: RetryParts & { readonly webhooks: Webhooks; readonly delivery: string },
): Promise<boolean> {
  try {
    for (const { hook } of await hooks.list()) {
      const rows = await hooks.deliveries({ hook, since: clock.now() - KEPT_MS, limit: LONGEST_LIST });
      const sent = rows.find((row) => row.delivery === delivery);
      if (sent === undefined) continue;
      const payload = await hooks.payload({ hook, id: sent.id });
      await webhooks.takeListed({ hook, delivery, event: sent.event, payload });
      return true;
    }
  } catch (error) {
    logger.warn({ error: asOrchError(error) }, "the list of webhooks could not be read");
  }
  return false;
}
