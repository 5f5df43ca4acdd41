import { orchError, type PromptInput, type PromptRenderer } from "@orch/core";
import { Liquid } from "liquidjs";

import { templates, type TemplateName } from "./templates.ts";
import { messageVariables, systemVariables } from "./variables.ts";

/**
 * The prompts of an attempt. Templates are part of the program and reach no file; what others wrote reaches them only
 * as values, never as template text. `render` throws `template_invalid`.
 */
export function createPromptRenderer(): PromptRenderer {
  // With templates of its own, even if none, the library never looks at the disk.
  const liquid = new Liquid({ strictVariables: true, strictFilters: true, ownPropertyOnly: true, templates: {} });
  const parsed = new Map(Object.entries(templates).map(([name, text]) => [name, liquid.parse(text)]));

  function fill(name: TemplateName, variables: object): string {
    try {
      return `${String(liquid.renderSync(parsed.get(name) ?? [], variables)).trim()}\n`;
    } catch (cause) {
      throw orchError("template_invalid", `the template ${name} does not fit its variables`, { cause });
    }
  }

  return {
    render: (input: PromptInput) => ({
      system: fill("agent-system", systemVariables(input)),
      message: fill("agent-message", messageVariables(input)),
    }),
  };
}
