export {
  ACTOR_HEADER,
  CONTRACT,
  CONTRACT_HEADER,
  LONGEST_REQUEST,
  routes,
  socketPathOf,
  type Health,
} from "./contract.ts";
export { isDaemonGone } from "./transport.ts";
export { parseAnswer, type Answer } from "./parse-answer.ts";
export { connect, type Client, type ConnectOptions, type FollowOptions } from "./client.ts";
export { type AttemptView, type CommandResults, type ReceiptView, type TaskView, type UsageView } from "./views.ts";
