import type { Delivery, ForgeHint, NewDelivery } from "@orch/core";

import type { WebhookOutcome } from "./answer.ts";
import type { Body } from "./body.ts";
import type { WebhooksOptions } from "./create-webhooks.ts";
import { hintsOf } from "./hints-of.ts";
import { parsePayload, type Payload } from "./parse-payload.ts";
import { HOLD_MS, type Worker } from "./worker.ts";

const SAME_PAYLOAD_MS = 24 * 60 * 60 * 1000;
/** Who sends these deliveries, in the record. */
export const SOURCE = "github";

/** What a request came to, with what the audit says about it. */
export interface Result {
  readonly outcome: WebhookOutcome;
  readonly event?: string;
  readonly delivery?: string;
  readonly hints?: number;
  readonly tries?: number;
  readonly error?: string;
}

/** A delivery of which it is known that GitHub sent it: by its signature, or because GitHub's own list has it. */
export interface SignedDelivery {
  readonly event: string;
  readonly delivery: string;
  /** `app`, or the number of a repository's hook. */
  readonly hook?: string;
  /** It came by itself, rather than being fetched. */
  readonly arrived: boolean;
  readonly contentType: string;
  readonly body: Body;
}

/** Records deliveries and works on them, each once. What it makes throws only what the record throws. */
export function createDeliveryTaker(
  options: WebhooksOptions,
  worker: Worker,
): (sent: SignedDelivery) => Promise<Result> {
  const { deliveries, clock } = options;

  async function take({ event, delivery, body, ...sent }: SignedDelivery): Promise<Result> {
    const payload = parsePayload(body.bytes, sent.contentType);
    if (payload === "invalid") {
      // Nothing is recorded, so that the same name can come again with a body that can be read.
      const known = await deliveries.find({ source: SOURCE, delivery });
      return { outcome: known?.state === "processed" ? "duplicate_delivery" : "invalid_payload" };
    }
    const found = placesIn(event, payload);
    if (sent.arrived) tellArrival(payload, found);
    const reservation = await deliveries.reserve({
      delivery: {
        source: SOURCE,
        delivery,
        event,
        payloadHash: body.hash,
        hints: typeof found === "string" ? [] : found,
        receivedAt: clock.now(),
        ...aboutOf(payload),
        ...(sent.hook === undefined ? {} : { hook: sent.hook }),
      },
      heldUntil: clock.now() + HOLD_MS,
      samePayloadSince: clock.now() - SAME_PAYLOAD_MS,
    });
    if (reservation.kind === "duplicate") return { outcome: "duplicate_delivery" };
    if (reservation.kind === "same_payload") return { outcome: "duplicate_payload" };
    return typeof found === "string" ? ignore(reservation.delivery, found) : work(reservation.delivery);
  }

  function placesIn(event: string, payload: Payload): readonly ForgeHint[] | string {
    const { installation } = payload;
    const { installations } = options;
    if (installation !== undefined && installations?.includes(installation.id) === false) return "unknown installation";
    const found = hintsOf({ event, payload }, (...named) => options.projectOf(...named));
    if (found === "unknown") return "unknown repository";
    return found === "none" ? "nothing to look at" : found;
  }

  function tellArrival({ repository }: Payload, found: readonly ForgeHint[] | string): void {
    const { full_name: name = "", id } = repository ?? {};
    const project = options.projectOf(name.toLowerCase(), id);
    if (project !== undefined) options.onArrival?.({ project, name, hints: typeof found === "string" ? [] : found });
  }

  async function ignore({ id }: Delivery, why: string): Promise<Result> {
    await deliveries.settle({ id, now: clock.now(), as: "ignored", error: why });
    return { outcome: "ignored", error: why };
  }

  async function work(delivery: Delivery): Promise<Result> {
    const { hints, tries } = delivery;
    const end = await worker.work(delivery);
    if (end === "processed" || end === "looking") return { outcome: end, hints: hints.length };
    return { outcome: end === "retry" ? "retry_queued" : "failed", tries };
  }

  return take;
}

/** What the record says of a delivery beside its hints. */
function aboutOf({ action, repository }: Payload): Pick<NewDelivery, "action" | "repository"> {
  return {
    ...(action === undefined ? {} : { action }),
    ...(repository === undefined ? {} : { repository: repository.full_name }),
  };
}
