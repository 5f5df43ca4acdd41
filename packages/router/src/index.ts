export { createRouter } from "./create-router.ts";
export { chooseReviewer, type ReviewerChoice, type ReviewerContext } from "./choose-reviewer.ts";
export { learnedTable, type LearnedRow } from "./learned-table.ts";
export { weightNow } from "./weights.ts";
