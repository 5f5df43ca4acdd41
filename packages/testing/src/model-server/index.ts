export { startModelServer } from "./server/model-server.ts";
export type { ModelServer, ModelServerOptions } from "./server/model-server.ts";
export { ModelServerError } from "./server/model-server-error.ts";
export type { LoggedRequest, Outcome, RequestPredicate } from "./server/request-log.ts";
export type {
  Action,
  Condition,
  Conversation,
  ErrorAction,
  ErrorKind,
  Scenario,
  Script,
  StopReason,
  Times,
  Turn,
} from "./scenario.ts";
