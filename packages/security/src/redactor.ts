import type { Redactor, SecretFinding } from "@orch/core";

import { createKnownValues } from "./known-values.ts";
import type { RedactionWorker } from "./redaction-worker.ts";
import type { SecretRule } from "./secret-rules.ts";
import { findAll, settle, type Judge } from "./settle.ts";
import { createStreamRedactor, rendered, WITHHELD, type StreamRedactor } from "./stream-redactor.ts";

/** Longer texts are withheld: every way out has a far smaller bound of its own. */
const LONGEST_TEXT = 64 * 1024 * 1024;
/** Texts from this length on take a thread longer than a millisecond. */
export const FOR_WORKER = 16 * 1024;

/** What a redactor is made from. */
export interface RedactorOptions {
  /** Every secret that orch has loaded; found in all usual encodings, whatever its shape. */
  readonly secrets: readonly string[];
  /** As for `SecretRedactor.use`. */
  readonly patterns?: readonly SecretRule[];
  /** Judges long texts for `search`, `redactLater` and streams; absent: the caller's thread does. */
  readonly worker?: RedactionWorker;
  /** Called when it knows more than before. */
  readonly onLearned?: () => void;
}

/** What a redactor in another process needs to find what this one finds. */
export interface RedactionKnowledge {
  readonly secrets: readonly string[];
  readonly patterns: readonly Pick<SecretRule, "name" | "pattern">[];
}

/** A redactor that learns, and that can follow a text while it is written. */
export interface SecretRedactor extends Redactor {
  /** Uses these rules of the person's own from now on, each made by `projectRule`; each sees one line at a time. */
  use(patterns: readonly SecretRule[]): void;
  /** Everything that it was told so far: the known values themselves, and the person's own rules. */
  knowledge(): RedactionKnowledge;
  /** As `redact`, for long texts: beside the caller's thread. */
  redactLater(text: string): Promise<string>;
  /** Redacts one text that comes in pieces: what it gives, joined, is what `redact` gives for the whole. */
  stream(): StreamRedactor;
}

/**
 * Makes the redactor that stands before every way out: an exact registry of known values, then rules for known shapes.
 * `redact` puts `[redacted:rule]` in place of a secret; a text that it can't judge becomes `[withheld]`.
 */
export function createRedactor(options: RedactorOptions): SecretRedactor {
  const { worker } = options;
  const known = createKnownValues();
  const told = new Set<string>();
  let patterns: readonly SecretRule[] = [];
  const judge: Judge = {
    known,
    get patterns() {
      return patterns;
    },
  };

  function find(text: string): readonly SecretFinding[] {
    try {
      if (text.length > LONGEST_TEXT) return unjudged(text);
      return findAll(judge, text);
    } catch {
      // The port's contract: never throw, and hide what can't be judged.
      return unjudged(text);
    }
  }

  async function search(text: string): Promise<readonly SecretFinding[]> {
    if (worker === undefined || text.length < FOR_WORKER || text.length > LONGEST_TEXT) return find(text);
    return (await worker.find(text)) ?? unjudged(text);
  }

  function register(secrets: readonly string[]): void {
    const before = told.size;
    for (const secret of secrets) told.add(secret);
    known.add(secrets);
    worker?.learn(secrets);
    if (told.size !== before) options.onLearned?.();
  }

  function use(rules: readonly SecretRule[]): void {
    patterns = rules;
    worker?.use(rules);
    options.onLearned?.();
  }

  register(options.secrets);
  use(options.patterns ?? []);
  return {
    find,
    search,
    redact: (text) => shownWith(text, find(text)),
    redactLater: async (text) => shownWith(text, await search(text)),
    register,
    use,
    knowledge: () => ({ secrets: [...told], patterns: patterns.map(({ name, pattern }) => ({ name, pattern })) }),
    stream: () =>
      createStreamRedactor(judge, (held, when) =>
        worker === undefined || held.text.length < FOR_WORKER
          ? settle(judge, held, when)
          : worker.settle({ kind: "settle", held, when }),
      ),
  };
}

function shownWith(text: string, findings: readonly SecretFinding[]): string {
  if (findings.length === 0) return text;
  return findings[0]?.rule === "unjudged" ? WITHHELD : rendered(text, findings);
}

function unjudged(text: string): readonly SecretFinding[] {
  return [{ rule: "unjudged", start: 0, end: text.length }];
}
