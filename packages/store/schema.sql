CREATE TABLE attempts (
  project TEXT NOT NULL,
  task TEXT NOT NULL,
  number INTEGER NOT NULL,
  attempt TEXT NOT NULL,
  PRIMARY KEY (project, task, number)
);

CREATE TABLE counters (
  project TEXT PRIMARY KEY NOT NULL,
  value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE cursors (
  name TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE dependencies (
  project TEXT NOT NULL,
  task TEXT NOT NULL,
  depends_on TEXT NOT NULL,
  PRIMARY KEY (project, task, depends_on),
  FOREIGN KEY (project, task) REFERENCES tasks (project, id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX dependencies_by_target ON dependencies (project, depends_on);

CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  project TEXT NOT NULL,
  task TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  status TEXT NOT NULL,
  event TEXT NOT NULL
);

CREATE INDEX events_by_task ON events (project, task);

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  exclusive TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead')),
  fence INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  priority INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  host TEXT,
  lease_until INTEGER,
  error TEXT,
  dims TEXT NOT NULL,
  effect TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK ((state = 'running') = (host IS NOT NULL)),
  CHECK ((state = 'running') = (lease_until IS NOT NULL))
);

CREATE INDEX jobs_by_state ON jobs (state);

CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';

CREATE INDEX jobs_queued ON jobs (queue, not_before, priority, exclusive, dims) WHERE state = 'queued';

CREATE UNIQUE INDEX jobs_running ON jobs (queue, exclusive) WHERE state = 'running';

CREATE TABLE metrics (
  name TEXT NOT NULL,
  dims TEXT NOT NULL,
  value REAL NOT NULL,
  at INTEGER NOT NULL
);

CREATE INDEX metrics_by_name ON metrics (name, at, dims, value);

CREATE TABLE port_leases (
  first INTEGER PRIMARY KEY,
  count INTEGER NOT NULL CHECK (count > 0),
  project TEXT NOT NULL,
  task TEXT NOT NULL,
  UNIQUE (project, task)
);

CREATE TABLE receipts (
  position INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  task TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  "check" TEXT NOT NULL,
  "commit" TEXT NOT NULL,
  receipt TEXT NOT NULL,
  UNIQUE (project, task, attempt, "check", "commit")
);

CREATE TABLE schema_migrations (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  applied_at INTEGER NOT NULL
);

CREATE TABLE steps (
  position INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  task TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  name TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  step TEXT NOT NULL,
  UNIQUE (project, task, attempt, name)
);

CREATE TABLE tasks (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL,
  id TEXT NOT NULL,
  status TEXT NOT NULL,
  source TEXT NOT NULL,
  parent TEXT,
  version INTEGER NOT NULL,
  task TEXT NOT NULL,
  UNIQUE (project, id)
);

CREATE INDEX tasks_by_parent ON tasks (parent, project) WHERE parent IS NOT NULL;

CREATE INDEX tasks_by_project_status ON tasks (project, status);

CREATE INDEX tasks_by_status ON tasks (status);

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
