import { LARGEST_BODY, readBody } from "./body.ts";
import type { WebhooksOptions } from "./create-webhooks.ts";
import { createDeliveryTaker, type Result } from "./take-delivery.ts";
import type { Worker } from "./worker.ts";

/** Where webhooks are taken. */
export const webhookPaths: ReadonlySet<string> = new Set(["/webhook", "/github/webhook"]);

const EVENT = /^[a-z][a-z0-9_]{0,63}$/;
const NAME = /^[\w.:-]{1,100}$/;

/** What taking requests needs beside the options. */
interface Around {
  readonly secrets: readonly string[];
  readonly worker: Worker;
  /** Called for each request with a good signature. */
  onSigned(): void;
}

/**
 * Takes one request after the other through the same gates: path, length, size, event, signature, record, content, work.
 * What it makes throws only what the record throws.
 */
export function createTaker(
  options: WebhooksOptions,
  around: Around,
): (request: Request, path: string) => Promise<Result> {
  const { secrets } = around;
  const takeDelivery = createDeliveryTaker(options, around.worker);

  async function take(request: Request, path: string): Promise<Result> {
    if (!webhookPaths.has(path)) return { outcome: "not_found" };
    if (request.method !== "POST") return { outcome: "method_not_allowed" };
    const length = request.headers.get("content-length");
    if (length !== null && !/^\d{1,15}$/.test(length)) return { outcome: "bad_length" };
    if (Number(length ?? 0) > LARGEST_BODY) return { outcome: "too_large" };
    const body = await readBody(request);
    if (typeof body === "string") return { outcome: body };
    const event = request.headers.get("x-github-event") ?? "";
    if (!EVENT.test(event)) return { outcome: "missing_event" };
    const written = request.headers.get("x-github-delivery") ?? "";
    const delivery = NAME.test(written) ? written : options.random.token(16);
    const signature = request.headers.get("x-hub-signature-256") ?? "";
    if (secrets.length > 0 && !body.isSignedBy(secrets, signature))
      return { outcome: "bad_signature", event, delivery };
    around.onSigned();
    const result = await takeDelivery({ event, delivery, headers: request.headers, body });
    return { event, delivery, ...result };
  }

  return take;
}
