import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the checkout. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Ignored folder for everything the bootstrap brings. */
export const CACHE = join(ROOT, ".cache");

/** Oldest Node that runs the sources; older ones get a private Node from `.ci/toolchain`. */
export const MINIMUM_NODE = [24, 11];

/** What each command runs, relative to the checkout. `caller` starts in the folder npm was called from. */
export const TARGETS = {
  start: { entry: "apps/cli/src/demo-main.ts", folder: "caller" },
  orch: { entry: "apps/cli/src/main.ts", folder: "caller" },
  test: { entry: "packages/repo-checks/src/gates/gates-main.ts", folder: "root" },
};
