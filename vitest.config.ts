import { join } from "node:path";

import { defineConfig } from "vitest/config";

import { longestFirst } from "./.ci/longest-first.ts";

/** What takes longest, the longest first; then whatever starts many processes, while those of the tests are still small. */
const LONGEST = [
  "workspace/test/poisoned",
  "daemon/test/kills",
  "test/github.",
  "github-story",
  "secret-sinks",
  "workspace/src/workspace",
  "cli/test/recovery",
  "cli/test/smoke",
  "api-storms",
  "simulation/simulate",
  "apps/cli/test",
  "apps/daemon/test",
  "packages/workspace",
  "packages/sessions",
  "backends/github/test",
  "store/test/processes",
];

export default defineConfig({
  // Projects don't inherit a bare condition list: the defaults have to follow ours.
  ssr: { resolve: { conditions: ["@orch/source", "node", "import", "module", "default"] } },
  test: {
    // One more than the cores that are surely there: suites wait for processes, and the simulation takes what is left.
    maxWorkers: 3,
    sequence: { sequencer: longestFirst(LONGEST) },
    // A machine that does everything at once can hold a test up for half a minute.
    testTimeout: 60_000,
    hookTimeout: 60_000,
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
    // For what is done after each file.
    execArgv: ["--expose-gc"],
    setupFiles: [join(import.meta.dirname, "apps/cli/test/after-each-file-entry.ts")],
    // Programs of orch that a suite starts are the built ones.
    globalSetup: [join(import.meta.dirname, ".ci/built-programs-setup.ts")],
  },
});
