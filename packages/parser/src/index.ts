export { parseReport, type ParsedReport } from "./parse-report.ts";
export { parseAnswer, type ParsedAnswer } from "./parse-answer.ts";
export { parseReview, reviewJsonSchema, type ParsedReview } from "./parse-review.ts";
export { AgentReportSchema } from "./report-schema.ts";
export { agentReportJsonSchema } from "./report-json-schema.ts";
export {
  agentFailure,
  classifyHttp,
  classifyText,
  endsInQuestion,
  fieldAt,
  isJsonObject,
  listAt,
  numberAt,
  parseJsonObject,
  reasonForFailure,
  resetTimeOf,
  textAt,
  type JsonObject,
} from "./text.ts";
