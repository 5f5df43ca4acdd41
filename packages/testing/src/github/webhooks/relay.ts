import { createHmac } from "node:crypto";

import type { Json } from "../http/api.ts";
import { uniqueName } from "../state/unique.ts";

/** Somebody who wants to hear of events. */
export interface Hook {
  readonly id: number;
  /** `repository:` and its number, or `app`. */
  readonly scope: string;
  url: string;
  secret: string | undefined;
  /** Names of events, or `*`. */
  events: readonly string[];
  active: boolean;
  readonly createdAt: string;
}

/** One event on its way to one hook. */
export interface Delivery {
  readonly id: number;
  /** `X-GitHub-Delivery`; the same when it is delivered again. */
  readonly guid: string;
  readonly hook: Hook;
  readonly event: string;
  readonly action: string | undefined;
  /** The exact body. */
  readonly payload: string;
  readonly at: string;
  readonly redelivery: boolean;
  readonly repositoryId: number | undefined;
  /** What became of it. */
  outcome: "waiting" | "delivered" | "failed" | "lost" | "held";
  /** The listener's status; 0 when there was no answer. */
  status: number;
}

/** What a test can do to webhooks. */
export interface Webhooks {
  /** The next `times` (1) deliveries (of this event, `name` or `name.action`) are lost, sent twice, or held back. */
  next(what: "lose" | "double" | "hold", options?: { event?: string; times?: number }): void;
  /** Sends what is held, in the order it came or the other way round. */
  release(order?: "kept" | "reversed"): void;
  /** Sends an event that GitHub did not send: signed with a wrong secret, or with `signature` as it is. Gives the listener's status. */
  forge(forged: { url: string; event: string; payload: unknown; signature?: string }): Promise<number>;
  /** Sends a delivery again with the same name, as the button does. */
  redeliver(id: number): Promise<void>;
  /** Every delivery so far, oldest first. */
  deliveries(): readonly Delivery[];
  /** Resolves when nothing is on its way; held ones stay. */
  settled(): Promise<void>;
}

/** The relay with what only the stand-in does. */
export interface Relay extends Webhooks {
  readonly hooks: Hook[];
  /** Sends an event to every hook of these scopes that listens to it. */
  send(event: RelayedEvent): void;
  close(): void;
}

/** An event with the scopes that hear it. */
export interface RelayedEvent {
  readonly scopes: readonly string[];
  readonly event: string;
  readonly payload: Json;
  readonly repositoryId: number | undefined;
  readonly at: string;
  /** The one hook that hears it, whatever it listens to. */
  readonly only?: number | undefined;
}

const TIMEOUT_MS = 10_000;

/** A relay that delivers to each hook in order, one after the other, and never again by itself. */
export function createRelay(nextId: () => number): Relay {
  return new HookRelay(nextId);
}

interface DeliveryFault {
  readonly what: "lose" | "double" | "hold";
  readonly event: string | undefined;
  left: number;
}

class HookRelay implements Relay {
  readonly hooks: Hook[] = [];
  readonly #all: Delivery[] = [];
  readonly #queues = new Map<number, Promise<void>>();
  readonly #closing = new AbortController();
  readonly #nextId: () => number;
  #faults: DeliveryFault[] = [];

  constructor(nextId: () => number) {
    this.#nextId = nextId;
  }

  send({ scopes, event, payload, repositoryId, at, only }: RelayedEvent): void {
    const action = typeof payload["action"] === "string" ? payload["action"] : undefined;
    const about = { event, action, at, repositoryId, payload: JSON.stringify(payload) };
    for (const hook of this.hooks) {
      const listens =
        only === undefined ? hook.events.some((name) => name === "*" || name === event) : hook.id === only;
      if (!hook.active || hook.url === "" || !scopes.includes(hook.scope) || !listens) continue;
      const state = { redelivery: false, outcome: "waiting", status: 0 } as const;
      this.#dispatch({ id: this.#nextId(), guid: uniqueName(), hook, ...about, ...state });
    }
  }

  next(what: DeliveryFault["what"], { event, times = 1 }: { event?: string; times?: number } = {}): void {
    this.#faults.push({ what, event, left: times });
  }

  release(order: "kept" | "reversed" = "kept"): void {
    const held = this.#all.filter(({ outcome }) => outcome === "held");
    for (const delivery of order === "kept" ? held : held.toReversed()) {
      delivery.outcome = "waiting";
      this.#enqueue(delivery);
    }
  }

  forge({
    url,
    event,
    payload,
    signature,
  }: {
    url: string;
    event: string;
    payload: unknown;
    signature?: string;
  }): Promise<number> {
    const text = JSON.stringify(payload);
    const headers = {
      ...headersOf(event, uniqueName()),
      "x-hub-signature-256": signature ?? signatureOf("not the secret", text),
    };
    return send(url, { text, headers, signal: this.#closing.signal });
  }

  async redeliver(id: number): Promise<void> {
    const found = this.#all.find((delivery) => delivery.id === id);
    if (found !== undefined) this.#again(found);
    await this.settled();
  }

  deliveries(): readonly Delivery[] {
    return this.#all;
  }

  async settled(): Promise<void> {
    for (let before: number | undefined; before !== this.#all.length;) {
      before = this.#all.length;
      await Promise.all(this.#queues.values());
    }
  }

  close(): void {
    this.#closing.abort();
  }

  #dispatch(delivery: Delivery): void {
    this.#all.push(delivery);
    const fault = this.#takeFault(delivery);
    if (fault === "lose") delivery.outcome = "lost";
    else if (fault === "hold") delivery.outcome = "held";
    else this.#enqueue(delivery);
    if (fault === "double") this.#again(delivery);
  }

  #takeFault({ event, action }: Delivery): DeliveryFault["what"] | undefined {
    const names = [event, `${event}.${action ?? ""}`];
    const found = this.#faults.find((fault) => fault.event === undefined || names.includes(fault.event));
    if (found === undefined) return undefined;
    found.left -= 1;
    this.#faults = this.#faults.filter(({ left }) => left > 0);
    return found.what;
  }

  #enqueue(delivery: Delivery): void {
    const { hook } = delivery;
    const before = this.#queues.get(hook.id) ?? Promise.resolve();
    const sent = before.then(async () => {
      delivery.status = await post(delivery, this.#closing.signal);
      delivery.outcome = delivery.status >= 200 && delivery.status < 300 ? "delivered" : "failed";
    });
    this.#queues.set(hook.id, sent);
  }

  #again(delivery: Delivery): void {
    const copy: Delivery = { ...delivery, id: this.#nextId(), redelivery: true, outcome: "waiting", status: 0 };
    this.#all.push(copy);
    this.#enqueue(copy);
  }
}

function headersOf(event: string, guid: string): Record<string, string> {
  return {
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/stand-in",
    "x-github-event": event,
    "x-github-delivery": guid,
  };
}

async function post({ hook, event, guid, payload, repositoryId }: Delivery, signal: AbortSignal): Promise<number> {
  const headers: Record<string, string> = {
    ...headersOf(event, guid),
    "x-github-hook-id": String(hook.id),
    "x-github-hook-installation-target-type": hook.scope === "app" ? "integration" : "repository",
    "x-github-hook-installation-target-id": String(repositoryId ?? hook.id),
  };
  if (hook.secret !== undefined) headers["x-hub-signature-256"] = signatureOf(hook.secret, payload);
  return send(hook.url, { text: payload, headers, signal });
}

async function send(
  url: string,
  what: { text: string; headers: Record<string, string>; signal: AbortSignal },
): Promise<number> {
  try {
    const signal = AbortSignal.any([what.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(url, { method: "POST", body: what.text, headers: what.headers, signal });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

function signatureOf(secret: string, text: string): string {
  return `sha256=${createHmac("sha256", secret).update(text).digest("hex")}`;
}
