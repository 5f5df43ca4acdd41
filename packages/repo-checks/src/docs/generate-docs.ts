import { readFileSync } from "node:fs";
import { join } from "node:path";

import {
  DOCUMENTED_SOURCES,
  errorsDocument,
  eventsDocument,
  transitionsTable,
  verdictsDocument,
  type DocumentedSources,
} from "./documents.ts";
import { commandsTable, labelsTable } from "./forge-tables.ts";
import { withSection } from "./generated-section.ts";
import { githubDocument } from "./github-document.ts";

/** The documents that come from tables and types of the sources, by their path from the root of the checkout. */
export function generateDocs(root: string): ReadonlyMap<string, string> {
  const architecture = readFileSync(join(root, "docs/architecture.md"), "utf8");
  const github = readFileSync(join(root, "docs/guides/github.md"), "utf8");
  const withLabels = withSection(github, { name: "labels", text: labelsTable() });
  return new Map([
    ["docs/errors.md", errorsDocument()],
    ["docs/verdicts.md", verdictsDocument()],
    ["docs/github.md", githubDocument()],
    ["docs/events.md", eventsDocument(readSources(root))],
    ["docs/architecture.md", withSection(architecture, { name: "transitions", text: transitionsTable() })],
    ["docs/guides/github.md", withSection(withLabels, { name: "commands", text: commandsTable() })],
  ]);
}

function readSources(root: string): DocumentedSources {
  const read = (path: string): DocumentedSources["effects"] => ({
    path,
    text: readFileSync(join(root, path), "utf8"),
  });
  const { taskEvents, effects, agentEvents, sessionEvents } = DOCUMENTED_SOURCES;
  return {
    taskEvents: read(taskEvents),
    effects: read(effects),
    agentEvents: read(agentEvents),
    sessionEvents: read(sessionEvents),
  };
}
