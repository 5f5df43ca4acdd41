export { graphqlProblems } from "./graphql/graphql-route.ts";
export { startGitHub } from "./start-github.ts";
export type { AppSeed, GitHubOptions, GitHubStandIn } from "./start-github.ts";
export { recordedWebhooks } from "./webhooks/recorded.ts";
export type { RecordedWebhook } from "./webhooks/recorded.ts";
