import { createHmac } from "node:crypto";

import { parseProjectId, silentLogger, systemRandom, unwrap, type ForgeHint, type ProjectId } from "@orch/core";
import { openStore, type SqliteStore } from "@orch/store";
import { createFakeClock, type FakeClock } from "@orch/testing";
import { onTestFinished } from "vitest";

import { createWebhooks, type WebhookAudit, type Webhooks, type WebhooksOptions } from "../src/index.ts";

/** The secret of every test's hook. */
export const SECRET = "s3cret of the hook";
/** The only known project, and its repository as GitHub writes it. */
export const project: ProjectId = unwrap(parseProjectId("acme/app"));
export const repository = { full_name: "Acme/App" };

/** An ingress with a record of its own; everything ends with the test. */
export interface Ingress {
  readonly webhooks: Webhooks;
  readonly store: SqliteStore;
  readonly clock: FakeClock;
  /** Where it was told to look, oldest first. */
  readonly hints: ForgeHint[];
  readonly audit: WebhookAudit[];
  /** What looking does, beside being noted. */
  look: () => void | Promise<void>;
}

/** Makes one; not started. */
export async function openIngress(
  over: Partial<WebhooksOptions> = {},
  { path = ":memory:", clock = createFakeClock() }: { readonly path?: string; readonly clock?: FakeClock } = {},
): Promise<Ingress> {
  const store = await openStore({ path, clock });
  const hints: ForgeHint[] = [];
  const audit: WebhookAudit[] = [];
  const webhooks = createWebhooks({
    secrets: [SECRET],
    allowUnsigned: false,
    host: "127.0.0.1",
    projectOf: (name) => (name === project ? project : undefined),
    deliveries: store.deliveries,
    async onHint(hint) {
      await ingress.look();
      hints.push(hint);
    },
    audit: (record) => void audit.push(record),
    clock,
    random: systemRandom,
    logger: silentLogger,
    ...over,
  });
  onTestFinished(async () => {
    await webhooks[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
  const ingress: Ingress = { webhooks, store, clock, hints, audit, look: () => undefined };
  return ingress;
}

/** GitHub's signature of a body. */
export function sign(body: string | Uint8Array, secret: string = SECRET): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** What is sent; headers are those of GitHub unless told otherwise, undefined leaves one out. */
export interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly event?: string;
  readonly delivery?: string;
  readonly payload?: unknown;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** The request that GitHub would make. */
export function requestOf(sent: Sent): Request {
  const body = sent.body ?? JSON.stringify(sent.payload ?? { action: "opened", issue: { number: 4 }, repository });
  const headers = {
    "content-type": "application/json",
    "x-github-event": sent.event ?? "issues",
    "x-github-delivery": sent.delivery,
    "x-hub-signature-256": sign(body),
    ...sent.headers,
  };
  const present = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return new Request(`http://127.0.0.1${sent.path ?? "/webhook"}`, {
    method: sent.method ?? "POST",
    headers: present as [string, string][],
    ...(sent.method === undefined ? { body } : {}),
  });
}

/** Sends it; gives status and outcome, as `200 processed`. */
export async function send({ webhooks }: Ingress, sent: Sent): Promise<string> {
  const response = await webhooks.fetch(requestOf(sent));
  const { outcome, status } = (await response.json()) as { outcome?: string; status?: string };
  return `${response.status} ${outcome ?? status ?? ""}`;
}
