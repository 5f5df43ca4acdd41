export { GITHUB_API, siteOf } from "./site.ts";
export { createGitHubForge, type GitHubForge, type GitHubForgeOptions, type KnownRepository } from "./github-forge.ts";
export { isSameName, type RepositoryPlace } from "./place.ts";
export type { GitHubHook, GitHubHooks, ListedDelivery } from "./hooks.ts";
export {
  createCatchUp,
  type CatchUp,
  type CatchUpOptions,
  type CatchUpPlace,
  type HookReport,
} from "./webhooks/catch-up.ts";
export type { AppIdentity } from "./access/app-token.ts";
export { foundToken, givenToken, type TokenPlaces, type TokenSource } from "./access/token-source.ts";
export {
  createWebhooks,
  type Webhooks,
  type WebhooksOptions,
  type WebhooksStatus,
} from "./webhooks/create-webhooks.ts";
export { type WebhookAudit, type WebhookOutcome } from "./webhooks/answer.ts";
