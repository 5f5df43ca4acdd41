import { LARGEST_BODY, readBody } from "./body.ts";
import type { WebhooksOptions } from "./create-webhooks.ts";
import type { Result, SignedDelivery } from "./take-delivery.ts";

/** Where webhooks are taken. */
export const webhookPaths: ReadonlySet<string> = new Set(["/webhook", "/github/webhook"]);

const EVENT = /^[a-z][a-z0-9_]{0,63}$/;
const NAME = /^[\w.:-]{1,100}$/;

/** What taking requests needs beside the options. */
interface Around {
  readonly secrets: readonly string[];
  readonly takeDelivery: (sent: SignedDelivery) => Promise<Result>;
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
  const { secrets, takeDelivery } = around;

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
    const result = await takeDelivery({ event, delivery, arrived: true, body, ...aboutOf(request.headers) });
    return { event, delivery, ...result };
  }

  return take;
}

function aboutOf(headers: Headers): Pick<SignedDelivery, "contentType" | "hook"> {
  const contentType = headers.get("content-type") ?? "";
  const id = headers.get("x-github-hook-id") ?? "";
  const isApp = headers.get("x-github-hook-installation-target-type") === "integration";
  return { contentType, ...(/^\d{1,15}$/.test(id) ? { hook: isApp ? "app" : id } : {}) };
}
