/** Whether webhooks tell of changes, so that polling is only the net under them. */
export type WebhookHealth =
  | { readonly mode: "webhooks" }
  /**
   * `disabled`: no listener is configured; `unreachable`: the listener does not answer on this machine; `no_hook`: the
   * forge has no hook that reaches it; `undelivered`: what the forge sends does not arrive; `refused`: it arrives, signed
   * with another secret.
   */
  | { readonly mode: "polling"; readonly why: "disabled" | "unreachable" | "no_hook" | "undelivered" | "refused" };

/** How often a forge is asked what changed there, in milliseconds. */
export interface SyncIntervals {
  /** While webhooks arrive. */
  readonly syncMs: number;
  /** While none can. */
  readonly fallbackSyncMs: number;
}

/** How long to wait before a forge is asked again, in milliseconds (seed rows A37, U24). */
export function syncInterval(health: WebhookHealth, { syncMs, fallbackSyncMs }: SyncIntervals): number {
  return health.mode === "webhooks" ? syncMs : Math.min(syncMs, fallbackSyncMs);
}
