export { createGitHubForge, GITHUB_API, type GitHubForgeOptions } from "./github-forge.ts";
export {
  createWebhooks,
  type Webhooks,
  type WebhooksOptions,
  type WebhooksStatus,
} from "./webhooks/create-webhooks.ts";
export { type WebhookAudit, type WebhookOutcome } from "./webhooks/answer.ts";
