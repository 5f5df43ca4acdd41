/**
 * How far the words of a task are trusted (SECURITY D3). `trusted`: whoever wrote them may run programs here anyway.
 * `reviewed`: a stranger wrote them and a person has read them. `untrusted`: nobody has.
 */
export type TrustTier = "trusted" | "reviewed" | "untrusted";

/** The tiers, from the least trusted to the most. */
export const trustTiers = ["untrusted", "reviewed", "trusted"] as const satisfies readonly TrustTier[];

/** What an attempt at a task may do. */
export interface TrustRules {
  /** It may change its clone; otherwise all it can give is its report. */
  readonly writes: boolean;
  /** It may reach the hosts that the person allows its agent; otherwise its model's service alone. */
  readonly widerEgress: boolean;
  /** Its agent may search and fetch the web through its model's service. */
  readonly web: boolean;
  /** It may run without a sandbox, where the project is set so. */
  readonly unconfined: boolean;
  /** The repository's own configuration of the agent counts, where the project is trusted. */
  readonly ownConfiguration: boolean;
  /** Its result may be merged without a person, where the project's policy says so. */
  readonly mergesAlone: boolean;
}

const RULES: Readonly<Record<TrustTier, TrustRules>> = {
  trusted: {
    writes: true,
    widerEgress: true,
    web: true,
    unconfined: true,
    ownConfiguration: true,
    mergesAlone: true,
  },
  reviewed: {
    writes: true,
    widerEgress: true,
    web: true,
    unconfined: false,
    ownConfiguration: false,
    mergesAlone: false,
  },
  untrusted: {
    writes: false,
    widerEgress: false,
    web: false,
    unconfined: false,
    ownConfiguration: false,
    mergesAlone: false,
  },
};

/**
 * What a tier may do. No tier gives a run all three of: words that nobody has read, something to act on, and a way out
 * that no person watches (the Rule of Two).
 */
export function trustRules({ trust = "trusted" }: { readonly trust?: TrustTier | undefined }): TrustRules {
  return RULES[trust];
}
