export { GITHUB_API } from "./site.ts";
export { createGitHubForge, type GitHubForgeOptions } from "./github-forge.ts";
export type { AppIdentity } from "./access/app-token.ts";
export { foundToken, givenToken, type TokenPlaces, type TokenSource } from "./access/token-source.ts";
export {
  createWebhooks,
  type Webhooks,
  type WebhooksOptions,
  type WebhooksStatus,
} from "./webhooks/create-webhooks.ts";
export { type WebhookAudit, type WebhookOutcome } from "./webhooks/answer.ts";
