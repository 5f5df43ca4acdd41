export { activityOf, shortenedCommand } from "./activity.ts";
export { gradeOf } from "./grade.ts";
export { judgeConduct, judgePolicy, type Objection } from "./judge.ts";
