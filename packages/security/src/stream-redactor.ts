import type { SecretFinding } from "@orch/core";

import { rest, windowOf, type Held, type Judge, type Settled } from "./settle.ts";

/** What stands in place of a text that could not be judged. */
export const WITHHELD = "[withheld]";

/** Redacts a text that comes in pieces, wherever it is cut. One piece has to be through before the next comes. */
export interface StreamRedactor {
  /** Takes the next piece; gives what is settled by now, redacted. */
  push(piece: string): Promise<string>;
  /** The rest, when nothing more comes. */
  end(): Promise<string>;
  /** How much text is held back. */
  held(): number;
}

/** `settle`, here or elsewhere; undefined, or an error: it could not be judged. */
export type SettleLater = (held: Held, when: "open" | "full" | "last") => Settled | Promise<Settled | undefined>;

/**
 * Holds text back to the last newline that no secret can cross: an open private key until it ends, a line without an end
 * up to a window. What can't be judged is withheld, with the rest of its line.
 */
export function createStreamRedactor(judge: Judge, settleLater: SettleLater): StreamRedactor {
  let held: Held = { context: "", text: "" };
  let muted = false;

  /** Undefined: it can't be judged. */
  async function take(text: string, when: "open" | "full" | "last"): Promise<string | undefined> {
    const part = { context: held.context, text };
    const settled = await judged(part, when);
    if (settled === undefined) return undefined;
    const { cut, findings } = settled;
    const after = held.text.slice(text.length);
    const left = rest(part, cut);
    held = { context: left.context, text: left.text + after };
    return rendered(text.slice(0, cut), findings);
  }

  async function judged(part: Held, when: "open" | "full" | "last"): Promise<Settled | undefined> {
    try {
      return await settleLater(part, when);
    } catch {
      return undefined;
    }
  }

  function withhold(): string {
    muted = !held.text.endsWith("\n");
    held = { context: "", text: "" };
    return WITHHELD;
  }

  return {
    async push(piece) {
      let next = piece;
      if (muted) {
        next = piece.slice(piece.indexOf("\n") + 1 || piece.length);
        muted = !piece.includes("\n");
      }
      held = { context: held.context, text: held.text + next };
      let shown = "";
      const window = windowOf(judge);
      while (held.text.length > window) {
        const part = await take(held.text.slice(0, window), "full");
        if (part === undefined) return shown + withhold();
        shown += part;
      }
      return next.includes("\n") ? shown + ((await take(held.text, "open")) ?? withhold()) : shown;
    },
    async end() {
      const shown = (await take(held.text, "last")) ?? withhold();
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
