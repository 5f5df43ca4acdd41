import { describe } from "vitest";

import type { ForgeBench } from "./forge/forge-bench.ts";
import { describeForgeIssues } from "./forge/issues-contract.ts";
import { describeForgeMerges } from "./forge/merges-contract.ts";
import { describeForgePulls } from "./forge/pulls-contract.ts";

/** The contract of `Forge`. `make` is called once per case, with a forge in which nothing happened yet. */
export function describeForge(name: string, { make }: { readonly make: () => Promise<ForgeBench> }): void {
  describe(`Forge contract: ${name}`, () => {
    describeForgeIssues(make);
    describeForgePulls(make);
    describeForgeMerges(make);
  });
}
