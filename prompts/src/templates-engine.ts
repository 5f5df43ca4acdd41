import { orchError } from "@orch/core";
import { Liquid } from "liquidjs";

import { templates, type TemplateName } from "./templates.ts";

/** The templates, ready to be filled. */
export interface Templates {
  /** The text of a template with these variables. Throws `template_invalid`. */
  fill(name: TemplateName, variables: object): string;
}

/**
 * Reads the templates. They are part of the program and reach no file; what others wrote reaches them only as values,
 * never as template text.
 */
export function createTemplates(): Templates {
  // With templates of its own, even if none, the library never looks at the disk.
  const liquid = new Liquid({ strictVariables: true, strictFilters: true, ownPropertyOnly: true, templates: {} });
  const parsed = new Map(Object.entries(templates).map(([name, text]) => [name, liquid.parse(text)]));
  return {
    fill(name, variables) {
      try {
        return `${String(liquid.renderSync(parsed.get(name) ?? [], variables)).trim()}\n`;
      } catch (cause) {
        throw orchError("template_invalid", `the template ${name} does not fit its variables`, { cause });
      }
    },
  };
}
