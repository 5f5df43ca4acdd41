import {
  asOrchError,
  orchError,
  type Clock,
  type Deliveries,
  type Delivery,
  type DeliveryStatistics,
  type ForgeHint,
  type Logger,
  type ProjectId,
  type Random,
} from "@orch/core";

import { answer, outcomes, type WebhookAudit, type WebhookOutcome } from "./answer.ts";
import { bodyOf } from "./body.ts";
import { createDeliveryTaker, type Result } from "./take-delivery.ts";
import { createTaker, webhookPaths } from "./take-request.ts";
import { createWorker } from "./worker.ts";

const STATISTICS_MS = 24 * 60 * 60 * 1000;
const RECENT_MS = 5 * 60 * 1000;

/** What the ingress works with. */
export interface WebhooksOptions {
  /** Any of them may have signed; empty texts don't count. */
  readonly secrets: readonly string[];
  /** Without a secret, takes what anybody sends. Only for a listener on loopback: see `host`. */
  readonly allowUnsigned: boolean;
  /** Where it will listen. */
  readonly host: string;
  /**
   * The project of a repository (`owner/name`, lower case; `id`: the forge's number of it, where it says so), as known
   * now. All other repositories are ignored.
   */
  projectOf(repository: string, id?: number): ProjectId | undefined;
  /** The installations of an App that are heard; absent: all. */
  readonly installations?: readonly number[];
  readonly deliveries: Deliveries;
  /**
   * Looks there. What it throws is a failed try, and so are looks of a delivery that take longer than 50 s: it is called
   * again later, not before `details.retryAt`.
   */
  onHint(hint: ForgeHint): void | Promise<void>;
  /**
   * Told of each delivery about a known project that came by itself, also one that came before; `name`: what the event
   * calls the repository. Must not throw.
   */
  onArrival?(arrival: {
    readonly project: ProjectId;
    readonly name: string;
    readonly hints: readonly ForgeHint[];
  }): void;
  /** Told of each request to a webhook, after its answer is known. Must not throw. */
  audit(record: WebhookAudit): void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The state of the ingress. */
export interface WebhooksStatus {
  readonly signed: boolean;
  /** Of the newest delivery whose signature was good; epoch milliseconds. */
  readonly lastReceivedAt?: number;
  /** Answers since the start, by outcome. */
  readonly answers: Readonly<Partial<Record<WebhookOutcome, number>>>;
  /** The last 24 hours. */
  readonly day: DeliveryStatistics;
}

/** A delivery with its content, as GitHub's list of deliveries gives it. */
export interface ListedContent {
  readonly hook: string;
  readonly delivery: string;
  readonly event: string;
  readonly payload: unknown;
}

/** GitHub's webhooks: takes requests of anybody, and gives hints of those that GitHub signed. */
export interface Webhooks extends AsyncDisposable {
  /** Answers a request to `/webhook`, `/github/webhook` or `/health`, and any other with 404. Never rejects. */
  fetch(request: Request): Promise<Response>;
  /** Takes up what an earlier process left, and begins to retry what failed. */
  start(): Promise<void>;
  /** Takes a delivery that GitHub's list has and that never arrived; what is known already is not taken again. */
  takeListed(listed: ListedContent): Promise<WebhookOutcome>;
  /** Tries a failed or waiting delivery again, now; undefined: there is no such one. */
  retry(delivery: string): Promise<Delivery | undefined>;
  status(): Promise<WebhooksStatus>;
}

/**
 * Makes the ingress. Disposing lets requests that are being answered finish.
 * @throws `config_invalid` when anybody could send events: without a secret, unless that is allowed and the host is
 * loopback.
 */
export function createWebhooks(options: WebhooksOptions): Webhooks {
  const secrets = options.secrets.filter((secret) => secret !== "");
  refuseOpenDoor(secrets, options);
  const { deliveries, clock } = options;
  const worker = createWorker(options);
  const answers: Partial<Record<WebhookOutcome, number>> = {};
  const running = new Set<Promise<Response>>();
  let lastReceivedAt: number | undefined;
  const takeDelivery = createDeliveryTaker(options, worker);
  const take = createTaker(options, { secrets, takeDelivery, onSigned: () => void (lastReceivedAt = clock.now()) });

  async function answered(request: Request): Promise<Response> {
    const path = pathOf(request);
    if (path === "/health" && isLook(request)) return health();
    if (webhookPaths.has(path) && isLook(request)) return Response.json({ status: "alive" });
    const result = await take(request, path).catch((thrown: unknown): Result => {
      const error = asOrchError(thrown);
      options.logger.error({ error }, "a webhook could not be recorded");
      return { outcome: "not_recorded", error: error.code };
    });
    answers[result.outcome] = (answers[result.outcome] ?? 0) + 1;
    options.audit(auditOf({ method: request.method, path }, { result, now: clock.now() }));
    return answer(result.outcome);
  }

  function health(): Response {
    const isRecent = lastReceivedAt !== undefined && clock.now() - lastReceivedAt <= RECENT_MS;
    return Response.json({
      status: "healthy",
      webhook_recently_received: isRecent,
      signature_verification: secrets.length > 0 ? "enabled" : "disabled",
    });
  }

  return {
    fetch(request) {
      const answering = answered(request).finally(() => running.delete(answering));
      running.add(answering);
      return answering;
    },
    async start() {
      lastReceivedAt ??= (await deliveries.statistics(clock.now())).lastReceivedAt;
      await worker.start();
    },
    async takeListed({ payload, ...about }) {
      const body = bodyOf(Buffer.from(JSON.stringify(payload) ?? ""));
      return (await takeDelivery({ ...about, arrived: false, contentType: "application/json", body })).outcome;
    },
    async retry(delivery) {
      const due = await deliveries.retry({ delivery, now: clock.now() });
      if (due !== undefined) worker.wake();
      return due;
    },
    async status() {
      const day = await deliveries.statistics(clock.now() - STATISTICS_MS);
      return { signed: secrets.length > 0, answers, day, ...(lastReceivedAt === undefined ? {} : { lastReceivedAt }) };
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(running);
      await worker[Symbol.asyncDispose]();
    },
  };
}

/** True for the addresses that only this machine reaches. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function refuseOpenDoor(secrets: readonly string[], { allowUnsigned, host }: WebhooksOptions): void {
  if (secrets.length > 0 || (allowUnsigned && isLoopback(host))) return;
  throw orchError("config_invalid", "webhooks without a secret would take events from anybody", {
    hint: "Set webhook.secret to the secret of the hook; without one, webhook.allow_unsigned works on 127.0.0.1 only.",
  });
}

function isLook({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

function pathOf(request: Request): string {
  return URL.parse(request.url)?.pathname ?? "";
}

function auditOf(
  { method, path }: { readonly method: string; readonly path: string },
  { result, now }: { readonly result: Result; readonly now: number },
): WebhookAudit {
  const { outcome, event = null, delivery = null, hints = 0, tries = 0, error = null } = result;
  return {
    ts: new Date(now).toISOString(),
    method: method.slice(0, 20),
    path: path.slice(0, 200),
    event,
    delivery,
    status_code: outcomes[outcome],
    outcome,
    processed: hints,
    ignored: outcome === "ignored" ? 1 : 0,
    retryable_failures: tries,
    error,
  };
}
