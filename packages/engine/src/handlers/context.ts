import type { Effect, EffectKind, Lease } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import type { LeaseKeeper } from "../lease-keeper.ts";

/** The effect of one kind. */
export type EffectOf<Kind extends EffectKind> = Extract<Effect, { kind: Kind }>;

/** What a handler works with. It settles the lease; what it throws puts the job back. */
export interface HandlerContext<Kind extends EffectKind> {
  readonly deps: EngineDeps;
  readonly keeper: LeaseKeeper;
  readonly effect: EffectOf<Kind>;
  readonly lease: Lease;
  readonly signal: AbortSignal;
}

/** Settles a lease whose effect is done, or has nothing left to do. */
export async function settleDone(context: { readonly deps: EngineDeps; readonly lease: Lease }): Promise<void> {
  await context.deps.store.commit({ holding: context.lease, settle: { as: "complete" } });
}
