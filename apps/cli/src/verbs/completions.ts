import { renderCompletions, type Shell } from "@orch/commands";

import type { LocalVerb } from "../context.ts";

/** Prints a shell's completion script. */
export const completions: LocalVerb<"completions"> = (_, { shell }) => ({
  data: { script: renderCompletions(shell satisfies Shell) },
});
