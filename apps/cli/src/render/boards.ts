import type { CommandResults } from "@orch/api";

import { oneLine } from "./style.ts";
import { renderFields, renderTable, type Canvas } from "./table.ts";

/** The boards that a project may stand on. */
export function renderBoards({ boards }: CommandResults["board list"], canvas: Canvas): string {
  if (boards.length === 0) return "No boards. Make one on GitHub (Projects), then: orch board link <number>";
  return renderTable(
    ["NUMBER", "OWNER", "TITLE", "ID", ""],
    boards.map(({ number, owner, title, id, closed, linked }) => [
      { text: `#${number}`, mark: canvas.style.bold },
      { text: owner },
      { text: title },
      { text: id },
      { text: [...(linked ? ["linked"] : []), ...(closed ? ["closed"] : [])].join(", ") },
    ]),
    canvas,
  );
}

/** The board that a project stands on, and which of its choices is which column. */
export function renderBoard({ project, board, field, columns }: CommandResults["board info"], canvas: Canvas): string {
  if (board === null)
    return `${oneLine(project)} stands on no board. See: orch board list, then orch board link <number>`;
  const about = renderFields(
    [
      ["Board", `${canvas.style.bold(oneLine(board.title))} (#${board.number} of ${oneLine(board.owner)})`],
      ["Address", board.url],
      ["Id", board.id],
      [
        "Field",
        field === null ? canvas.style.yellow("none; gh.project_status_field_id names it") : oneLine(field.name),
      ],
    ],
    canvas,
  );
  if (field === null) return about;
  const table = renderTable(
    ["TASKS", "STAND IN"],
    columns.map(({ statuses, option }) => [
      { text: statuses.join(", ") },
      option === null
        ? { text: "no choice of the board; gh.project_status_names names one", mark: canvas.style.yellow }
        : { text: option },
    ]),
    canvas,
  );
  return `${about}\n\n${table}`;
}
