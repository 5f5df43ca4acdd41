import { orchError } from "@orch/core";

import { visibleLine, visibleText } from "./clean-text.ts";

/** Puts texts of others between lines that only orch can write. */
export interface Envelope {
  /** The text with a line before and a line after it; what looks like the fence inside is replaced. */
  wrap(label: string, text: string): string;
  /** One visible line without the fence, for what stands outside. */
  line(text: string): string;
}

const FENCE = /^[A-Za-z0-9]{16,128}$/;

/**
 * An envelope with this run's fence. Whatever a wrapped text holds, the fence stands in the result exactly twice.
 * Hygiene, not a boundary: a model may still believe what it reads. Throws `template_invalid` for a weak fence.
 */
export function createEnvelope(fence: string): Envelope {
  if (!FENCE.test(fence)) throw orchError("template_invalid", "the fence must be 16 to 128 letters and digits");
  // The marker holds a character that no fence has, so replacing can't form a new fence.
  const clean = (text: string): string => text.replaceAll(new RegExp(fence, "gi"), "[fence]");
  const line = (text: string): string => clean(visibleLine(text));
  return {
    line,
    wrap: (label, text) => `<<<${fence} ${line(label)}\n${clean(visibleText(text))}\n${fence}>>>`,
  };
}
