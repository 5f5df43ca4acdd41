import type { Board, BoardColumn, BoardOption, BoardSettings } from "@orch/core";

/** What boards usually call their columns, in any case; the names of GitHub's own templates among them. */
const USUAL: Readonly<Record<BoardColumn, readonly string[]>> = {
  backlog: ["backlog", "todo", "to do", "ready", "new", "triage"],
  in_progress: ["in progress", "doing", "in development", "working"],
  review: ["in review", "review", "needs review", "in progress", "doing"],
  done: ["done", "closed", "completed", "complete"],
};

/** The board's choice for a column; undefined: it has none, so cards stay where they are. */
export function chooseOption(
  { status }: Pick<Board, "status">,
  column: BoardColumn,
  { columns }: Pick<BoardSettings, "columns">,
): BoardOption | undefined {
  const said = columns[column];
  const options = status?.options ?? [];
  for (const wanted of said.length > 0 ? said : USUAL[column]) {
    const found = options.find(({ id, name }) => id === wanted || name.trim().toLowerCase() === wanted.toLowerCase());
    if (found !== undefined) return found;
  }
  return undefined;
}
