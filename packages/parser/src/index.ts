export { parseReport, type ParsedReport } from "./parse-report.ts";
export { parseAnswer, type ParsedAnswer } from "./parse-answer.ts";
export { AgentReportSchema } from "./report-schema.ts";
export { agentReportJsonSchema } from "./report-json-schema.ts";
export { classifyHttp, classifyText, endsInQuestion, agentFailure, reasonForFailure } from "./classify-failure.ts";
export { resetTimeOf } from "./reset-time.ts";
export { isJsonObject, parseJsonObject, fieldAt, textAt, numberAt, listAt, type JsonObject } from "./parse-json.ts";
