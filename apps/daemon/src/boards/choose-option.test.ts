import { boardColumns, type BoardSettings } from "@orch/core";
import { expect, test } from "vitest";

import { chooseOption } from "./choose-option.ts";

const nothing: BoardSettings["columns"] = { backlog: [], in_progress: [], review: [], done: [] };

function chosen(names: readonly string[], columns = nothing): readonly (string | undefined)[] {
  const options = names.map((name, index) => ({ id: `id-${index}`, name }));
  const status = { id: "f", name: "Status", options };
  return boardColumns.map((column) => chooseOption({ status }, column, { columns })?.name);
}

test("the columns of GitHub's own templates are found by their names", () => {
  expect(chosen(["Todo", "In Progress", "Done"])).toEqual(["Todo", "In Progress", "In Progress", "Done"]);
  expect(chosen(["Backlog", "Ready", "In progress", "In review", "Done"])).toEqual([
    "Backlog",
    "In progress",
    "In review",
    "Done",
  ]);
});

test("what is said counts alone, by id or name, and a column without a choice has none", () => {
  const columns = { ...nothing, review: ["Waiting", "QA"], done: ["id-0"], backlog: ["nowhere"] };
  expect(chosen(["Shipped", "Doing", "qa"], columns)).toEqual([undefined, "Doing", "qa", "Shipped"]);
  expect(chosen(["A", "B"])).toEqual([undefined, undefined, undefined, undefined]);
});
