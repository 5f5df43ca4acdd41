import { createRequire } from "node:module";

import type { Json } from "../http/api.ts";

/** A payload that GitHub itself sent once. */
export interface RecordedWebhook {
  /** The event's name, as in `X-GitHub-Event`. */
  readonly event: string;
  readonly payload: Json;
}

/** Every payload of `@octokit/webhooks-examples`. It has no `issues.closed`, no merged pull request and no approval. */
export function recordedWebhooks(): readonly RecordedWebhook[] {
  const require = createRequire(import.meta.url);
  const events = require("@octokit/webhooks-examples") as readonly { name: string; examples: readonly Json[] }[];
  return events.flatMap(({ name, examples }) => examples.map((payload) => ({ event: name, payload })));
}
