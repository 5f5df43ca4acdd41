import { createRequire } from "node:module";

import type * as Rest from "@octokit/rest";

// Required when it is needed, as most daemons have no project on GitHub: it is a tenth of a start.
const load = createRequire(import.meta.url);
/** Octokit's own log would tell the same a second time. */
const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** An Octokit that writes no log. */
export function newOctokit(options: {
  readonly baseUrl?: string;
  readonly userAgent?: string;
  readonly request?: { readonly fetch?: typeof fetch };
}): Rest.Octokit {
  const { Octokit } = load("@octokit/rest") as typeof Rest;
  return new Octokit({ ...options, log: QUIET });
}

function ignore(): void {
  // Nothing is written.
}
