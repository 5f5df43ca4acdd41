import type { Redactor, SecretFinding } from "@orch/core";

import { formsOf } from "./known-values.ts";
import { secretRules, type SecretRule } from "./secret-rules.ts";

/** What a redactor is made from. */
export interface RedactorOptions {
  /** Every secret that orch has loaded; found in all usual encodings, whatever its shape. */
  readonly secrets: readonly string[];
  /** Further rules of the project. Their patterns must be global and linear. */
  readonly patterns?: readonly SecretRule[];
}

/**
 * Makes the redactor that stands before every way out: an exact registry of known values, then rules for known shapes.
 * `redact` puts `[redacted:rule]` in place of a secret; a text that it can't judge becomes `[withheld]`.
 */
export function createRedactor(options: RedactorOptions): Redactor {
  const forms = formsOf(options.secrets);
  const rules = [...secretRules, ...(options.patterns ?? [])];

  function find(text: string): readonly SecretFinding[] {
    try {
      return merged([...knownIn(text, forms), ...rules.flatMap((rule) => matchesOf(text, rule))]);
    } catch {
      // The port's contract: never throw, and hide what can't be judged.
      return [{ rule: "unjudged", start: 0, end: text.length }];
    }
  }

  return {
    find,
    redact(text) {
      const findings = find(text);
      if (findings.length === 0) return text;
      if (findings[0]?.rule === "unjudged") return "[withheld]";
      let shown = "";
      let from = 0;
      for (const { rule, start, end } of findings) {
        shown += `${text.slice(from, start)}[redacted:${rule}]`;
        from = end;
      }
      return shown + text.slice(from);
    },
  };
}

function knownIn(text: string, forms: readonly string[]): readonly SecretFinding[] {
  const found: SecretFinding[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length)) {
      found.push({ rule: "known-secret", start: at, end: at + form.length });
    }
  }
  return found;
}

function matchesOf(text: string, rule: SecretRule): readonly SecretFinding[] {
  const found: SecretFinding[] = [];
  for (const match of text.matchAll(rule.pattern)) {
    const kept = match.groups?.["keep"]?.length ?? 0;
    const secret = match[0].slice(kept);
    if (secret === "" || rule.accept?.(secret) === false) continue;
    found.push({ rule: rule.name, start: match.index + kept, end: match.index + match[0].length });
  }
  return found;
}

/** In order of position, overlapping ones joined under the name of the first. */
function merged(findings: readonly SecretFinding[]): readonly SecretFinding[] {
  const joined: SecretFinding[] = [];
  for (const next of findings.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
    const last = joined.at(-1);
    if (last === undefined || next.start >= last.end) joined.push(next);
    else if (next.end > last.end) joined[joined.length - 1] = { ...last, end: next.end };
  }
  return joined;
}
