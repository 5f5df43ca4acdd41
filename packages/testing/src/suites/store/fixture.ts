import type { ClaimRequest, Clock, Lease, Store } from "@orch/core";
import { onTestFinished } from "vitest";

import { createFakeClock, type FakeClock } from "../../fake-clock.ts";
import { tempFolder } from "../../temp-folder.ts";

/** Opens the store that lives in a folder. */
export type StoreMaker = (place: { readonly folder: string; readonly clock: Clock }) => Promise<Store>;

/** A store under test; everything is disposed of when the test has finished. */
export interface StoreFixture {
  readonly store: Store;
  readonly clock: FakeClock;
  /** Claims effects as host `here`, unlimited and for a minute, unless told otherwise. */
  claim(over?: Partial<ClaimRequest>): Promise<readonly Lease[]>;
  /** Disposes of the store and opens it again. */
  reopen(): Promise<StoreFixture>;
}

/** Opens a store in a folder of its own. */
export async function openFixture(make: StoreMaker): Promise<StoreFixture> {
  return fixtureIn(make, { folder: await tempFolder("orch-store"), clock: createFakeClock() });
}

async function fixtureIn(
  make: StoreMaker,
  place: { readonly folder: string; readonly clock: FakeClock },
): Promise<StoreFixture> {
  const { clock } = place;
  const store = await make(place);
  onTestFinished(() => store[Symbol.asyncDispose]());
  return {
    store,
    clock,
    claim: (over = {}) =>
      store.claim({
        queue: "effects",
        max: 100,
        host: "here",
        leaseMs: 60_000,
        now: clock.now(),
        limits: () => Number.POSITIVE_INFINITY,
        ...over,
      }),
    async reopen() {
      await store[Symbol.asyncDispose]();
      return fixtureIn(make, place);
    },
  };
}
