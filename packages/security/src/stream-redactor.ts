import type { SecretFinding } from "@orch/core";

import { rest, settle, windowOf, type Held, type Judge } from "./settle.ts";

/** What stands in place of a text that could not be judged. */
export const WITHHELD = "[withheld]";

/** Redacts a text that comes in pieces, wherever it is cut. */
export interface StreamRedactor {
  /** Takes the next piece; gives what is settled by now, redacted. */
  push(piece: string): string;
  /** The rest, when nothing more comes. */
  end(): string;
  /** How much text is held back. */
  held(): number;
}

/**
 * Holds text back to the last newline that no secret can cross: an open private key until it ends, a line without an end
 * up to a window. What can't be judged is withheld, with the rest of its line.
 */
export function createStreamRedactor(judge: Judge): StreamRedactor {
  let held: Held = { context: "", text: "" };
  let muted = false;

  function take(text: string, when: "open" | "full" | "last"): string {
    const part = { context: held.context, text };
    const { cut, findings } = settle(judge, part, when);
    const after = held.text.slice(text.length);
    const left = rest(part, cut);
    held = { context: left.context, text: left.text + after };
    return rendered(text.slice(0, cut), findings);
  }

  function guarded(shown: () => string): string {
    try {
      return shown();
    } catch {
      muted = !held.text.endsWith("\n");
      held = { context: "", text: "" };
      return WITHHELD;
    }
  }

  return {
    push(piece) {
      let next = piece;
      if (muted) {
        next = piece.slice(piece.indexOf("\n") + 1 || piece.length);
        muted = !piece.includes("\n");
      }
      held = { context: held.context, text: held.text + next };
      return guarded(() => {
        let shown = "";
        const window = windowOf(judge);
        while (held.text.length > window) shown += take(held.text.slice(0, window), "full");
        return next.includes("\n") ? shown + take(held.text, "open") : shown;
      });
    },
    end() {
      const shown = guarded(() => take(held.text, "last"));
      held = { context: "", text: "" };
      muted = false;
      return shown;
    },
    held: () => held.text.length,
  };
}

/** The text with a mark in place of each finding; findings are in order and never overlap. */
export function rendered(text: string, findings: readonly SecretFinding[]): string {
  let shown = "";
  let from = 0;
  for (const { rule, start, end } of findings) {
    shown += `${text.slice(from, start)}[redacted:${rule}]`;
    from = end;
  }
  return shown + text.slice(from);
}
