import type { PromptInput, PromptRenderer } from "@orch/core";

import { createEnvelope } from "./envelope.ts";
import { createTemplates } from "./templates-engine.ts";
import { hiddenInTask, messageVariables, notesText, systemVariables } from "./variables.ts";

/** The prompts of an attempt. `render` throws `template_invalid`. */
export function createPromptRenderer(): PromptRenderer {
  const templates = createTemplates();
  return {
    render: (input: PromptInput) => ({
      system: templates.fill("agent-system", systemVariables(input)),
      message: templates.fill("agent-message", messageVariables(input)),
      hidden: hiddenInTask(input.task),
    }),
    note: (note, fence) => templates.fill("agent-note", { notes: notesText([note], createEnvelope(fence)) }),
  };
}
