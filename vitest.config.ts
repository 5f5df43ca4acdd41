import { join } from "node:path";

import { defineConfig } from "vitest/config";

import { longestFirst } from "./.ci/longest-first.ts";

/** What waits most, for sessions, clocks and kills, the longest first. */
const LONGEST = [
  "daemon/test/kills",
  "simulation/simulate",
  "github-kills",
  "cli/test/recovery",
  "test/github.",
  "github-story",
  "hand-over",
  "journey",
  "hostile-text",
  "cli/test/demo",
  "bad-input",
  "daemon/test/messages",
  "cli/test/review",
  "cli/test/grading",
  "misbehaviour",
  "workspace/src/workspace",
  "storms",
  "github/test/contract",
  "store/test/processes",
  "workspace/test",
  "sessions/test",
];

export default defineConfig({
  // Projects don't inherit a bare condition list: the defaults have to follow ours.
  ssr: { resolve: { conditions: ["@orch/source", "node", "import", "module", "default"] } },
  test: {
    // Two more than the cores that are surely there: suites start processes of their own and wait for them.
    maxWorkers: 4,
    sequence: { sequencer: longestFirst(LONGEST) },
    testTimeout: 20_000,
    hookTimeout: 20_000,
    passWithNoTests: false,
    // No suite leaves anything behind in its process, and loading the same modules for each would take a quarter of all.
    isolate: false,
    // Programs are started hundreds of times: each would compile the same code again.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, ".cache", "node") },
    // One project: a worker goes on with the next file of its own project only, and one that begins loads everything anew.
    include: [
      "{packages,packages/backends,apps}/*/{src,test}/**/*.test.ts",
      "prompts/{src,test}/**/*.test.ts",
      ".ci/**/*.test.{ts,mjs}",
    ],
    exclude: ["**/node_modules/**", "**/dist/**", "**/*.agents.test.ts"],
    setupFiles: [join(import.meta.dirname, "apps/cli/test/close-benches-entry.ts")],
    // Programs of orch that a suite starts are the built ones.
    globalSetup: [join(import.meta.dirname, ".ci/built-programs-setup.ts")],
  },
});
