import type { CommandResults } from "@orch/api";

import { oneLine } from "./style.ts";
import { renderTable, type Canvas } from "./table.ts";

/** The known projects as a table, and below it those that can't be used, each with what to do. */
export function renderProjects({ projects, broken }: CommandResults["project list"], canvas: Canvas): string {
  const { style } = canvas;
  const table = renderTable(
    ["PROJECT", "CHECKS", "SANDBOX", "PATH"],
    projects.map(({ id, source, present, checks, sandbox }) => [
      { text: id, mark: style.bold },
      { text: checks.join(", ") || "none" },
      sandbox === "none" ? { text: sandbox, mark: style.red } : { text: sandbox },
      { text: present ? source : `${source} (missing)` },
    ]),
    canvas,
  );
  const known = projects.length === 0 && broken.length === 0 ? "No projects yet. Register one with: orch init" : table;
  const problems = broken.flatMap(({ path, error }) => [
    style.red(oneLine(`✗ ${path} can't be used: ${error.message}`)),
    ...(error.hint === undefined ? [] : [`  ${oneLine(error.hint)}`]),
    oneLine(`  To forget it: orch project remove ${path}`),
  ]);
  return [...(projects.length === 0 && broken.length > 0 ? [] : [known]), ...problems].join("\n");
}
