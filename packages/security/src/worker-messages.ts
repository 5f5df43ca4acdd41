import type { SecretFinding } from "@orch/core";

import type { SecretRule } from "./secret-rules.ts";
import type { Held, Settled } from "./settle.ts";

/** What the worker is told to know, in order, before what it is asked. */
export type Lesson =
  | { readonly kind: "learn"; readonly secrets: readonly string[] }
  | { readonly kind: "use"; readonly patterns: readonly SecretRule[] };

/** A text that the worker judges: as a whole, or what of it can be settled. */
export type Question =
  | { readonly kind: "find"; readonly text: string }
  | { readonly kind: "settle"; readonly held: Held; readonly when: "open" | "full" | "last" };

/** A message to the worker. */
export type ToWorker = Lesson | { readonly kind: "ask"; readonly id: number; readonly question: Question };

/** The worker's answer; without findings or a cut it could not judge the text. */
export interface FromWorker {
  readonly id: number;
  readonly findings?: readonly SecretFinding[];
  readonly settled?: Settled;
}
