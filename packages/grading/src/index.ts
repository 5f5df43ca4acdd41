export { activityOf, shortenedCommand } from "./activity.ts";
export { isHardFailure } from "./hard-failure.ts";
export { gradeOf } from "./grade.ts";
export { judgeConduct, judgePolicy, type Objection } from "./judge.ts";
export { lacksTests, opinionByFacts, opinionOfModel, opinionSchema } from "./semantic.ts";
