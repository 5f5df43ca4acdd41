import { join } from "node:path";

import { defineConfig, mergeConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

import base from "../vitest.config.ts";

const { projects: _, ...shared } = base.test ?? {};

/** What takes longest, the longest first: begun last, it would run alone at the end. */
const LONGEST = ["conformance/opencode", "agents/test/opencode", "real-input", "red-team", "/acp.", "messages"];

class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((name) => moduleId.includes(name));
      return found === -1 ? LONGEST.length : found;
    };
    return Promise.resolve(files.toSorted((left, right) => rank(left) - rank(right)));
  }
}

/** The tests with real agent command lines: each file starts processes of some hundred megabytes, and waits for them. */
export default mergeConfig(
  { ...base, test: shared },
  defineConfig({
    root: join(import.meta.dirname, ".."),
    test: {
      include: ["packages/*/{src,test}/**/*.agents.test.ts", "apps/*/test/**/*.agents.test.ts"],
      isolate: true,
      sequence: { sequencer: LongestFirst },
      setupFiles: ["apps/cli/test/close-benches-entry.ts"],
      globalSetup: [join(import.meta.dirname, "built-programs-setup.ts")],
      maxWorkers: 3,
      // A machine that is busy with other things makes a start of some of them take half a minute.
      testTimeout: 300_000,
      // These programs are somebody else's: what fails twice is ours to look at.
      retry: 1,
    },
  }),
);
