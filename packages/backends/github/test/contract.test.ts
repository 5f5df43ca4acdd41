import { describeForge } from "@orch/testing";
import { afterAll, beforeAll } from "vitest";

import { benchOn, githubWith } from "./bench.ts";

let github: Awaited<ReturnType<typeof githubWith>>;
beforeAll(async () => {
  github = await githubWith(45);
});
afterAll(() => github.standIn[Symbol.asyncDispose]());

describeForge("GitHub", { make: async () => benchOn(github.standIn, github.next()) });
