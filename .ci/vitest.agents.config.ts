import { join } from "node:path";

import { defineConfig, mergeConfig } from "vitest/config";

import base from "../vitest.config.ts";
import { longestFirst } from "./longest-first.ts";

const { include: _, exclude: __, ...shared } = base.test ?? {};

/** What takes longest, the longest first. */
const LONGEST = [
  "conformance/opencode",
  "real-input",
  "cli/test/hand-over",
  "red-team",
  "conformance/kimi-code",
  "conformance/acp",
  "agents/test/opencode",
  "cli/test/grading",
  "messages",
];

/** The tests with real agent command lines: each file starts processes of some hundred megabytes, and waits for them. */
export default mergeConfig(
  { ...base, test: shared },
  defineConfig({
    root: join(import.meta.dirname, ".."),
    test: {
      include: ["packages/*/{src,test}/**/*.agents.test.ts", "apps/*/test/**/*.agents.test.ts"],
      isolate: true,
      sequence: { sequencer: longestFirst(LONGEST) },
      // Four more than the cores that are surely there: agents wait for the model, for time and for each other.
      maxWorkers: 6,
      // A machine that is busy with other things makes a start of some of them take half a minute.
      testTimeout: 300_000,
      // These programs are somebody else's: what fails twice is ours to look at. Whatever says "none" or "never" has one try.
      retry: 1,
    },
  }),
);
