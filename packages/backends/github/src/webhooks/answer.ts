/** How a request to the webhook ended, with the status that says so to the sender. */
export const outcomes = {
  processed: 200,
  /** It is recorded and the look goes on; what comes of it is in the record. */
  looking: 202,
  ignored: 200,
  duplicate_delivery: 200,
  duplicate_payload: 200,
  bad_length: 400,
  aborted: 400,
  missing_event: 400,
  invalid_payload: 400,
  bad_signature: 401,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  /** It is recorded and will be tried again from there; the sender need not send it again. */
  retry_queued: 500,
  /** It was tried too often; a person has to look. */
  failed: 500,
  /** Nothing of it is kept. */
  not_recorded: 500,
} as const;

/** See `outcomes`. */
export type WebhookOutcome = keyof typeof outcomes;

/** One line of the audit: a request, and what became of it. Nothing of the content is in it. */
export interface WebhookAudit {
  /** ISO 8601. */
  readonly ts: string;
  readonly method: string;
  readonly path: string;
  readonly event: string | null;
  readonly delivery: string | null;
  readonly status_code: number;
  readonly outcome: WebhookOutcome;
  /** How many places are looked at because of it. */
  readonly processed: number;
  readonly ignored: number;
  /** How many tries have failed so far, and are tried again. */
  readonly retryable_failures: number;
  readonly error: string | null;
}

/** An answer with its outcome, as JSON. */
export function answer(outcome: WebhookOutcome): Response {
  return Response.json(
    { outcome },
    {
      status: outcomes[outcome],
      // What is left of a refused body must not be taken for the next request.
      headers: { "cache-control": "no-store", ...(outcome === "too_large" ? { connection: "close" } : {}) },
    },
  );
}
