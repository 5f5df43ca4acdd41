export { activityOf, shortenedCommand } from "./activity.ts";
export { isHardFailure } from "./hard-failure.ts";
export { digestOf } from "./digest.ts";
export { eventStreamKept } from "./event-stream.ts";
export { judgeConduct, judgePolicy, type Objection } from "./judge.ts";
export { lacksTests, opinionByFacts, opinionOfModel, opinionSchema } from "./semantic.ts";
