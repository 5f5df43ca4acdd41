import { PEOPLE } from "../forge/forge-people.ts";
import type { Deed } from "./day.ts";

/** Polling takes two minutes at most, and an agent with its checks less than one. */
const GAP_MINUTES = 8;

/**
 * A day in a repository. Between two deeds about one issue there is time for polling and for an agent, so that the order
 * in which things happened is no question; only the order in which webhooks tell of them is.
 */
export const recordedDay: readonly Deed[] = [
  ...about("a login page", 1, [
    { did: "open" },
    { did: "build", conclusion: "success" },
    { did: "review", decision: "approve", text: "Good." },
  ]),
  ...about("a broken build", 4, [
    { did: "open" },
    { did: "build", conclusion: "failure" },
    { did: "build", conclusion: "failure" },
    { did: "build", conclusion: "success" },
    { did: "say", text: "/merge" },
  ]),
  ...about("a blocked one", 7, [
    { did: "open" },
    { did: "say", text: "/block not before Monday" },
    { did: "say", text: "/unblock" },
    { did: "build", conclusion: "success" },
    { did: "say", text: "/merge" },
  ]),
  ...about("a change of mind", 10, [
    { did: "open" },
    { did: "review", decision: "request_changes", text: "Please use the other library." },
    { did: "build", conclusion: "success" },
    { did: "review", decision: "approve", text: "Better." },
  ]),
  ...about("a late wish", 13, [
    { did: "open", labels: [] },
    { did: "edit", body: "Please do it soon." },
    { did: "label", labels: ["orchestrate"] },
    { did: "say", text: "Please mind the style." },
    { did: "build", conclusion: "success" },
    { did: "say", text: "/merge" },
  ]),
  ...about("a stranger's wish", 16, [
    { did: "open", as: PEOPLE.stranger },
    { did: "say", text: "/merge", as: PEOPLE.stranger },
    { did: "say", text: "I do want this.", as: PEOPLE.stranger },
  ]),
  ...about("a dropped one", 19, [
    { did: "open" },
    { did: "say", text: "/priority high" },
    { did: "say", text: "/frobnicate" },
    { did: "say", text: "/status" },
    { did: "close" },
    { did: "reopen" },
    { did: "build", conclusion: "success" },
    { did: "say", text: "/close not needed any more" },
  ]),
];

type WithoutPlace<One> = One extends Deed ? Omit<One, "minute" | "issue"> : never;

/** Deeds about one issue, one after the other. */
function about(issue: string, from: number, deeds: readonly WithoutPlace<Deed>[]): readonly Deed[] {
  return deeds.map((deed, index): Deed => ({ ...deed, issue, minute: from + index * GAP_MINUTES }));
}
