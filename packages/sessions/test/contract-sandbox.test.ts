import { describeSandbox } from "@orch/testing";
import { describe } from "vitest";

import { checkSandboxes, createBwrapSandbox, createNoSandbox, createSrtSandbox } from "../src/index.ts";

const working = await checkSandboxes();

describeSandbox("none", createNoSandbox);
describe.runIf(working.bwrap.works)("bubblewrap", () => {
  describeSandbox("bwrap", createBwrapSandbox);
});
describe.runIf(working.srt.works)("sandbox-runtime", () => {
  describeSandbox("srt", createSrtSandbox);
});
