import { usageOf, verbs, type Verb } from "@orch/commands";
import { knownKeys } from "@orch/config";
import { boardColumns, columnOf, taskStatuses } from "@orch/core";
import { gateCodes, gateWarnings, markKinds } from "@orch/forge";

import { commandsTable, labelsTable } from "./forge-tables.ts";
import { markdownTable } from "./markdown-table.ts";

/** The first words of the verbs that are about GitHub, and those of others that act there. */
const GROUPS: readonly string[] = ["board", "webhook"];
const VERBS: readonly string[] = [
  "init",
  "project add",
  "project remove",
  "task publish",
  "task merge",
  "task retry",
  "task trust",
];
/** The beginnings of the keys that say something about GitHub. */
const KEYS: readonly string[] = [
  "gh.",
  "intake.",
  "labels.",
  "comments.",
  "pr.",
  "gate.",
  "merge.",
  "branch.",
  "webhook.",
  "workflow.allowed_authors",
  "workflow.auto_close",
  "workflow.enable_review_agent",
  "workflow.max_review_cycles",
  "workflow.review_",
  "engine.sync_interval",
  "engine.fallback_sync_interval",
  "engine.webhook_check",
];

/** `docs/github.md`: every label, mark, command, verb and setting about GitHub. */
export function githubDocument(): string {
  return [
    "# GitHub: every word",
    "Generated from the sources by `pnpm run docs`: labels and marks from [`@orch/forge`](../packages/forge), commands and verbs from [`@orch/commands`](../packages/commands), settings from [`@orch/config`](../packages/config). What they are for is in [the guide](guides/github.md).",
    "## Labels",
    labelsTable(),
    "## Commands in comments",
    commandsTable(),
    "## Marks",
    "Hidden comments in what orch says, so that it finds its own words again and never takes them for a person's. Each is `<!-- orch:<kind>:… -->`, signed with a key of this orch and bound to the place where it stands: a copy elsewhere is no mark.",
    markdownTable(["kind", "what it marks"], pairs(markKinds)),
    "In a pull request's text, `<!-- orch-gate: <commit> pass -->` says for programs that the commit is done by the definition; else the codes stand in the place of `pass`. It is not signed: who may edit the text may write it, and may merge as well.",
    "`<!-- orch:own -->` and `<!-- /orch:own -->` stand around the part that orch keeps up to date, also in a text that people changed. The last line, `<!-- orch:text <hash> -->`, is the SHA-256 of what stands before it, each row of blanks taken as one, by which orch sees that nobody changed it.",
    "## Definition of done",
    markdownTable(["code", "what is wrong"], pairs(gateCodes)),
    markdownTable(["warning", "what to know"], pairs(gateWarnings)),
    "## Columns of a board",
    markdownTable(["column", "tasks that stand in it"], boardColumns.map(columnRow)),
    "## Verbs of the command line",
    markdownTable(["verb", "tier", "what it does"], verbs.filter(isOnGithub).map(verbRow)),
    "## Settings",
    markdownTable(
      ["key", "default", "meaning"],
      knownKeys()
        .filter(({ key }) => KEYS.some((beginning) => key.startsWith(beginning)))
        .map(({ key, fallback, description }) => [`\`${key}\``, shown(fallback), description]),
    ),
  ]
    .join("\n\n")
    .concat("\n");
}

function pairs(meanings: Readonly<Record<string, string>>): readonly (readonly string[])[] {
  return Object.entries(meanings).map(([name, meaning]) => [`\`${name}\``, meaning]);
}

function columnRow(column: (typeof boardColumns)[number]): readonly string[] {
  const statuses = taskStatuses.filter((status) => columnOf(status) === column);
  return [`\`${column}\``, statuses.map((status) => `\`${status}\``).join(", ")];
}

function isOnGithub({ name }: Verb): boolean {
  return VERBS.includes(name) || GROUPS.includes(name.split(" ")[0] ?? "");
}

function verbRow(verb: Verb): readonly string[] {
  return [`\`${usageOf(verb)}\``, verb.tier, verb.summary];
}

function shown(fallback: unknown): string {
  if (fallback === undefined) return "";
  const items: readonly unknown[] = Array.isArray(fallback) ? fallback : [fallback];
  return items.map((item) => `\`${String(item)}\``).join(", ");
}
