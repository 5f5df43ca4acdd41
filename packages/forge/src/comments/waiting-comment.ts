import type { IntakeDecision } from "../intake/decide-intake.ts";
import { paragraphs } from "../text/shown-text.ts";

const WHY: Readonly<Record<Extract<IntakeDecision, { readonly kind: "wait" }>["why"], string>> = {
  stranger: "Its author may not write to this repository, so a maintainer has to read it first.",
  edited: "Its text has changed since it was approved, so a maintainer has to read it again.",
  unclear: "It was approved, but its text may have changed meanwhile: the approval has to name the text.",
  label:
    "The label that asks for it was put on by somebody who may not write to this repository, or by a program, so a maintainer has to want it, too.",
};

/** What the status comment says of an issue that waits for an approval. */
export function waitingComment({ why, command }: Extract<IntakeDecision, { readonly kind: "wait" }>): string {
  return paragraphs([
    "### orch: waits for an approval",
    WHY[why],
    `Somebody who may write here can let it in, as it is now, with the comment \`${command}\`.`,
    "What is written or changed by others afterwards is not covered.",
  ]);
}
