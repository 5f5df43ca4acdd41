import { viewDelivery } from "../webhook-views.ts";
import { needProject } from "./place.ts";
import type { Handlers } from "./services.ts";

const SHOWN = 10;

/** Webhooks: what came, what waits, and what their sender says. */
export const webhookHandlers: Handlers<"webhook add" | "webhook status" | "webhook retry"> = {
  async "webhook add"(services, { url, ...place }) {
    const { id } = await needProject(services, place);
    return services.webhooks.add({ project: id, url });
  },
  "webhook status"({ webhooks }, { limit = SHOWN, forge = false }) {
    return webhooks.status({ limit, forge });
  },
  async "webhook retry"({ webhooks }, { delivery }) {
    return { delivery: viewDelivery(await webhooks.retry(delivery)) };
  },
};
