import { join } from "node:path";

import { defineConfig, mergeConfig } from "vitest/config";

import base from "../vitest.config.ts";

const { projects: _, ...shared } = base.test ?? {};

/** The tests with real agent command lines, one after the other: each starts processes of some hundred megabytes. */
export default mergeConfig(
  { ...base, test: shared },
  defineConfig({
    root: join(import.meta.dirname, ".."),
    test: {
      include: ["packages/*/{src,test}/**/*.agents.test.ts", "apps/*/test/**/*.agents.test.ts"],
      fileParallelism: false,
      testTimeout: 120_000,
    },
  }),
);
