export { classifyHttp, classifyText, endsInQuestion, agentFailure, reasonForFailure } from "./classify-failure.ts";
export { resetTimeOf } from "./reset-time.ts";
export { isJsonObject, parseJsonObject, fieldAt, textAt, numberAt, listAt, type JsonObject } from "./parse-json.ts";
