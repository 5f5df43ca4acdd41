import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the checkout. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Ignored folder for everything the bootstrap brings. */
export const CACHE = join(ROOT, ".cache");

/** Oldest Node that runs the sources; older ones get a private Node from `.ci/toolchain`. */
export const MINIMUM_NODE = [24, 11];

/**
 * @typedef {object} Target
 * @property {string} entry relative to the checkout
 * @property {"caller" | "root"} folder where it starts; `caller` is the folder npm was called from
 * @property {string[]} [args] come before those of the person
 * @property {Readonly<Record<string, string>>} [env] unless the person sets the same
 * @property {boolean} [built] the packages that it imports are built first, and not run from source: quicker to start
 * @property {boolean} [withAgents] real agent command lines are brought first, and only loopback is left of the network
 */

/** @type {Readonly<Record<string, Target>>} What each command runs. */
export const TARGETS = {
  start: { entry: "apps/cli/src/demo-main.ts", folder: "caller", built: true },
  orch: { entry: "apps/cli/src/main.ts", folder: "caller" },
  test: { entry: "packages/repo-checks/src/gates/gates-main.ts", folder: "root" },
  "test:agents": {
    entry: "node_modules/vitest/vitest.mjs",
    folder: "root",
    args: ["run", "--config", ".ci/vitest.agents.config.ts"],
    withAgents: true,
  },
  record: {
    entry: "node_modules/vitest/vitest.mjs",
    folder: "root",
    args: ["run", "--config", ".ci/vitest.agents.config.ts"],
    withAgents: true,
    env: { ORCH_RECORDINGS: join(CACHE, "recordings") },
  },
};
