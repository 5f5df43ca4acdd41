import type { Migration } from "../migrations.ts";

/** The record of webhooks (seed rows A129, U41). */
export const webhookDeliveries: Migration = {
  id: 2,
  name: "webhook-deliveries",
  sql: `
CREATE TABLE webhook_deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  action TEXT,
  payload_hash TEXT NOT NULL,
  repo TEXT,
  hook TEXT,
  hints TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('received', 'processed', 'ignored', 'failed')),
  retry_count INTEGER NOT NULL,
  held INTEGER NOT NULL CHECK (held IN (0, 1)),
  not_before INTEGER NOT NULL,
  error TEXT,
  created_at INTEGER NOT NULL,
  processed_at INTEGER,
  UNIQUE (source, delivery_id),
  CHECK (held = 0 OR state = 'received'),
  CHECK ((state = 'received') = (processed_at IS NULL))
);
CREATE INDEX webhook_deliveries_by_payload ON webhook_deliveries (payload_hash, created_at);
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (created_at);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (not_before) WHERE state = 'received';
`,
};
