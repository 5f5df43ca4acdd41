import type { ForgeHint } from "./forge.ts";

/**
 * What became of a delivery. `received`: it is worked on, or waits for its next try; `ignored`: it is about nothing that
 * is known here; `failed`: a person has to look.
 */
export type DeliveryState = "received" | "processed" | "ignored" | "failed";

/** A webhook whose signature was good, and what was taken from it; its content is not kept. */
export interface NewDelivery {
  /** Who sent it: `github`. */
  readonly source: string;
  /** The sender's name of it, the same when it is sent again. */
  readonly delivery: string;
  readonly event: string;
  readonly action?: string;
  /** SHA-256 of the body as it came, in hexadecimal. */
  readonly payloadHash: string;
  /** `owner/name`, as the content says. */
  readonly repository?: string;
  /** Which hook sent it: `app`, or the number of a repository's hook. */
  readonly hook?: string;
  /** Where to look because of it. */
  readonly hints: readonly ForgeHint[];
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** A delivery as it is kept. */
export interface Delivery extends NewDelivery {
  readonly id: number;
  readonly state: DeliveryState;
  /** How often it was worked on, this time included. */
  readonly tries: number;
  /** Of a received one: not to be worked on before (epoch milliseconds). */
  readonly notBefore: number;
  /** Why the last try failed, or why it was ignored. */
  readonly error?: string;
  /** When it got its present state, unless that is `received`; epoch milliseconds. */
  readonly settledAt?: number;
}

/** Whether a delivery is the caller's to work on. */
export type Reservation =
  | { readonly kind: "reserved"; readonly delivery: Delivery }
  /** It was processed before, or somebody works on it right now. */
  | { readonly kind: "duplicate"; readonly of: Delivery }
  /** Another delivery with exactly this body was processed not long ago. */
  | { readonly kind: "same_payload"; readonly of: Delivery };

/** What a try came to. */
export type DeliverySettlement =
  | { readonly as: "processed" }
  | { readonly as: "ignored" | "failed"; readonly error: string }
  | { readonly as: "retry"; readonly notBefore: number; readonly error: string };

/** Figures of the deliveries since a moment. */
export interface DeliveryStatistics {
  readonly total: number;
  readonly byState: Readonly<Record<DeliveryState, number>>;
  /** By the event's name; names that did not come are absent. */
  readonly byEvent: Readonly<Record<string, number>>;
  /** Those that needed more than one try. */
  readonly retried: number;
  /** Of the newest delivery at all; epoch milliseconds. */
  readonly lastReceivedAt?: number;
}

/**
 * The record of webhooks: so that one that comes twice is processed once, and one that could not be processed is not
 * lost.
 *
 * Contract (`describeDeliveries` in `@orch/testing`): a source's name of a delivery is there once; what a promise
 * resolved with is durable; a delivery that failed, was ignored or was never finished can be reserved again, a processed
 * one cannot. Methods throw `store_failed` or `disk_full`.
 */
export interface Deliveries {
  /**
   * Records a delivery and holds it until `heldUntil`, in one step. `samePayloadSince`: a processed delivery of another
   * name with the same hash, received then or later, makes this one processed as well.
   */
  reserve(request: {
    readonly delivery: NewDelivery;
    readonly heldUntil: number;
    readonly samePayloadSince: number;
  }): Promise<Reservation>;
  settle(settlement: { readonly id: number; readonly now: number } & DeliverySettlement): Promise<void>;
  /** Holds received deliveries whose time has come, oldest first; each counts as a try. */
  claim(request: {
    readonly now: number;
    readonly heldUntil: number;
    readonly limit: number;
  }): Promise<readonly Delivery[]>;
  /** Lets go of everything that is held, for the next process after one that died; how many. */
  adopt(now: number): Promise<number>;
  /** Makes a delivery due at once that failed or waits for its next try; undefined: there is no such one. */
  retry(request: { readonly delivery: string; readonly now: number }): Promise<Delivery | undefined>;
  find(name: { readonly source: string; readonly delivery: string }): Promise<Delivery | undefined>;
  /** Newest first; at most `limit`, 1 to 10,000. */
  list(query: { readonly states?: readonly DeliveryState[]; readonly limit: number }): Promise<readonly Delivery[]>;
  statistics(since: number): Promise<DeliveryStatistics>;
  /** The hooks that sent something since then, each with a repository that it told of. */
  hooks(since: number): Promise<readonly { readonly hook: string; readonly repository: string }[]>;
  /** Forgets what was received before, and all but the newest `keep`; how many. */
  prune(bounds: { readonly before: number; readonly keep: number }): Promise<number>;
}
