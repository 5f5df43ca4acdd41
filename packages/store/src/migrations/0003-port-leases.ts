import type { Migration } from "../migrations.ts";

/** The ports that tasks have to themselves. */
export const portLeases: Migration = {
  id: 3,
  name: "port-leases",
  sql: `
CREATE TABLE port_leases (
  first INTEGER PRIMARY KEY,
  count INTEGER NOT NULL CHECK (count > 0),
  project TEXT NOT NULL,
  task TEXT NOT NULL,
  UNIQUE (project, task)
);
`,
};
