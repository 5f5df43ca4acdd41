import { integer, real, sqliteTable, text } from "#drizzle";

// The columns as the queries see them. Keys, checks and indexes are said once, in the migrations; a test holds the two together.

/** The log: appended, never changed. */
export const events = sqliteTable("events", {
  seq: integer().primaryKey({ autoIncrement: true }),
  key: text().notNull(),
  project: text().notNull(),
  task: text().notNull(),
  at: integer().notNull(),
  actor: text().notNull(),
  status: text().notNull(),
  /** JSON of a `TaskEvent`. */
  event: text().notNull(),
});

/** The present state of every task; `position` is the order of creation. */
export const tasks = sqliteTable("tasks", {
  position: integer().primaryKey({ autoIncrement: true }),
  project: text().notNull(),
  id: text().notNull(),
  status: text().notNull(),
  source: text().notNull(),
  parent: text(),
  version: integer().notNull(),
  /** JSON of the whole `Task`. */
  task: text().notNull(),
});

/** Which tasks wait for which, for the way back from a settled task. */
export const dependencies = sqliteTable("dependencies", {
  project: text().notNull(),
  task: text().notNull(),
  dependsOn: text("depends_on").notNull(),
});

/** The attempts of a task. */
export const attempts = sqliteTable("attempts", {
  project: text().notNull(),
  task: text().notNull(),
  number: integer().notNull(),
  /** JSON of the whole `Attempt`. */
  attempt: text().notNull(),
});

/** The runner's steps of an attempt; `position` breaks ties of `startedAt`. */
export const steps = sqliteTable("steps", {
  position: integer().primaryKey(),
  project: text().notNull(),
  task: text().notNull(),
  attempt: integer().notNull(),
  name: text().notNull(),
  startedAt: integer("started_at").notNull(),
  /** JSON of the whole `StepRecord`. */
  step: text().notNull(),
});

/** Proofs, one per check and commit of an attempt: a repeated run of a check replaces its receipt. */
export const receipts = sqliteTable("receipts", {
  position: integer().primaryKey(),
  project: text().notNull(),
  task: text().notNull(),
  attempt: integer().notNull(),
  check: text().notNull(),
  commit: text().notNull(),
  /** JSON of the whole `Receipt`. */
  receipt: text().notNull(),
});

/** The outbox: effects with their leases. Rows stay, because a key is accepted once, for ever. */
export const jobs = sqliteTable("jobs", {
  id: integer().primaryKey({ autoIncrement: true }),
  queue: text({ enum: ["attempts", "effects", "forge"] }).notNull(),
  key: text().notNull(),
  exclusive: text().notNull(),
  state: text({ enum: ["queued", "running", "done", "dead"] }).notNull(),
  fence: integer().notNull().default(0),
  tries: integer().notNull().default(0),
  priority: integer().notNull(),
  notBefore: integer("not_before").notNull(),
  host: text(),
  leaseUntil: integer("lease_until"),
  error: text(),
  /** JSON of `Dims`, keys sorted. */
  dims: text().notNull(),
  /** JSON of an `Effect`. */
  effect: text().notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Measured values; summed when read. */
export const metrics = sqliteTable("metrics", {
  name: text().notNull(),
  /** JSON of `Dims`, keys sorted, so that equal dimensions are equal texts. */
  dims: text().notNull(),
  value: real().notNull(),
  at: integer().notNull(),
});

/** Small named values, such as where a poll of a forge stands. */
export const cursors = sqliteTable("cursors", {
  name: text().primaryKey(),
  /** JSON. */
  value: text().notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** The ports that tasks have to themselves. */
export const portLeases = sqliteTable("port_leases", {
  first: integer().primaryKey(),
  count: integer().notNull(),
  project: text().notNull(),
  task: text().notNull(),
});

/** The highest internal task number of each project. */
export const counters = sqliteTable("counters", {
  project: text().primaryKey(),
  value: integer().notNull(),
});

/** Webhooks by their sender's names, with what was taken from them; held ones are worked on until `not_before`. */
export const webhookDeliveries = sqliteTable("webhook_deliveries", {
  id: integer().primaryKey({ autoIncrement: true }),
  source: text().notNull(),
  delivery: text("delivery_id").notNull(),
  event: text("event_type").notNull(),
  action: text(),
  payloadHash: text("payload_hash").notNull(),
  repository: text("repo"),
  hook: text(),
  /** JSON of a list of `ForgeHint`. */
  hints: text().notNull(),
  state: text({ enum: ["received", "processed", "ignored", "failed"] }).notNull(),
  tries: integer("retry_count").notNull(),
  held: integer({ mode: "boolean" }).notNull(),
  notBefore: integer("not_before").notNull(),
  error: text(),
  receivedAt: integer("created_at").notNull(),
  settledAt: integer("processed_at"),
});

/** Which migrations this file has been through. */
export const schemaMigrations = sqliteTable("schema_migrations", {
  id: integer().primaryKey(),
  name: text().notNull(),
  /** SHA-256 of the migration's SQL, in hexadecimal. */
  hash: text().notNull(),
  appliedAt: integer("applied_at").notNull(),
});
