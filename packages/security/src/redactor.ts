import type { Redactor, SecretFinding } from "@orch/core";

import { createKnownValues } from "./known-values.ts";
import type { SecretRule } from "./secret-rules.ts";
import { rest, settle, windowOf, type Held, type Judge } from "./settle.ts";
import { createStreamRedactor, rendered, WITHHELD, type StreamRedactor } from "./stream-redactor.ts";

/** Longer texts are withheld: every way out has a far smaller bound of its own. */
const LONGEST_TEXT = 64 * 1024 * 1024;

/** What a redactor is made from. */
export interface RedactorOptions {
  /** Every secret that orch has loaded; found in all usual encodings, whatever its shape. */
  readonly secrets: readonly string[];
  /** As for `SecretRedactor.use`. */
  readonly patterns?: readonly SecretRule[];
}

/** A redactor that learns, and that can follow a text while it is written. */
export interface SecretRedactor extends Redactor {
  /** Uses these rules of the person's own from now on, each made by `projectRule`; each sees one line at a time. */
  use(patterns: readonly SecretRule[]): void;
  /** Redacts one text that comes in pieces: what it gives, joined, is what `redact` gives for the whole. */
  stream(): StreamRedactor;
}

/**
 * Makes the redactor that stands before every way out: an exact registry of known values, then rules for known shapes.
 * `redact` puts `[redacted:rule]` in place of a secret; a text that it can't judge becomes `[withheld]`.
 */
export function createRedactor(options: RedactorOptions): SecretRedactor {
  const known = createKnownValues();
  known.add(options.secrets);
  let patterns = options.patterns ?? [];
  const judge: Judge = {
    known,
    get patterns() {
      return patterns;
    },
  };

  function find(text: string): readonly SecretFinding[] {
    try {
      if (text.length > LONGEST_TEXT) return unjudged(text);
      return findIn(judge, text);
    } catch {
      // The port's contract: never throw, and hide what can't be judged.
      return unjudged(text);
    }
  }

  return {
    find,
    redact(text) {
      const findings = find(text);
      if (findings.length === 0) return text;
      return findings[0]?.rule === "unjudged" ? WITHHELD : rendered(text, findings);
    },
    register: (secrets) => known.add(secrets),
    use: (rules) => void (patterns = rules),
    stream: () => createStreamRedactor(judge),
  };
}

function findIn(judge: Judge, text: string): readonly SecretFinding[] {
  const found: SecretFinding[] = [];
  let offset = 0;
  let held: Held = { context: "", text: "" };
  for (let more = true; more;) {
    const window = windowOf(judge);
    more = text.length - offset > window;
    held = { context: held.context, text: text.slice(offset, offset + window) };
    const { cut, findings } = settle(judge, held, more ? "full" : "last");
    for (const { rule, start, end } of findings) found.push({ rule, start: start + offset, end: end + offset });
    held = rest(held, cut);
    offset += cut;
  }
  return found;
}

function unjudged(text: string): readonly SecretFinding[] {
  return [{ rule: "unjudged", start: 0, end: text.length }];
}
