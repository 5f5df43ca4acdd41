export { startBareEmulate } from "./bare-emulate.ts";
export type { BareEmulate } from "./bare-emulate.ts";
export { graphqlProblems } from "./graphql/graphql-route.ts";
export type { Fault, FaultTarget } from "./http/faults.ts";
export type { GitHubRequest } from "./http/request-log.ts";
export { appRights, startGitHub } from "./start-github.ts";
export type { AppSeed, GitHubOptions, GitHubStandIn } from "./start-github.ts";
export { recordedWebhooks } from "./webhooks/recorded.ts";
export type { RecordedWebhook } from "./webhooks/recorded.ts";
