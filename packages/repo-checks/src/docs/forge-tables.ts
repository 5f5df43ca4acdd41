import { issueCommands, issueCommandUsage } from "@orch/commands";
import { defaultLabelNames } from "@orch/core";
import { labelCatalogue } from "@orch/forge";

import { markdownTable } from "./markdown-table.ts";

const WHO = { people: "people", both: "orch and people" } as const;

/** Every label with its default name, for people. */
export function labelsTable(): string {
  const rows = labelCatalogue({ profile: "hub", names: defaultLabelNames }).map((label) => [
    `\`${label.name}${label.value ?? ""}\``,
    `\`labels.${label.meaning}\``,
    WHO[label.by],
    label.description,
  ]);
  return markdownTable(["label", "key", "put by", "meaning"], rows);
}

/** Every command of comments, for people. */
export function commandsTable(): string {
  const rows = issueCommands.map((command) => [`\`${issueCommandUsage(command)}\``, command.tier, command.summary]);
  return markdownTable(["command", "tier", "what it does"], rows);
}
