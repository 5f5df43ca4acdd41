import { expect, test } from "vitest";

import { trustRules, trustTiers, type TrustRules } from "./trust.ts";

test("no tier that holds words nobody has read may act on them, or get out unwatched", () => {
  for (const trust of trustTiers) {
    const rules = trustRules({ trust });
    const unread = trust === "untrusted";
    const waysOut: readonly (keyof TrustRules)[] = ["widerEgress", "web", "unconfined"];
    const acts: readonly (keyof TrustRules)[] = ["writes", "mergesAlone", "ownConfiguration"];
    expect(unread ? [...waysOut, ...acts].filter((right) => rules[right]) : []).toEqual([]);
  }
});

test("a tier may do whatever the one below it may; what says nothing is a person's own", () => {
  const rights = trustTiers.map((trust) => trustRules({ trust }));
  for (const [index, rules] of rights.entries()) {
    const below = rights[index - 1];
    if (below === undefined) continue;
    const lost = (Object.keys(rules) as (keyof TrustRules)[]).filter((key) => below[key] && !rules[key]);
    expect(lost).toEqual([]);
  }
  expect(trustRules({})).toBe(trustRules({ trust: "trusted" }));
});
