import { describe } from "vitest";

import { describeStoreClaims } from "./store/claims.ts";
import { describeStoreCommits } from "./store/commits.ts";
import type { StoreMaker } from "./store/fixture.ts";
import { describeStoreLeases } from "./store/leases.ts";
import { describeStorePorts } from "./store/ports.ts";
import { describeStoreReads } from "./store/reads.ts";

/**
 * The contract of the `Store` port. `make` opens the store that lives in `folder`; called again with the same folder,
 * after the first was disposed of, it opens the same store again.
 */
export function describeStore(name: string, options: { readonly make: StoreMaker }): void {
  describe(`Store contract: ${name}`, () => {
    describeStoreCommits(options.make);
    describeStoreClaims(options.make);
    describeStoreLeases(options.make);
    describeStoreReads(options.make);
    describeStorePorts(options.make);
  });
}
