import type { SandboxBackend, SandboxCheck } from "@orch/core";

import { createBwrapSandbox } from "./bwrap-sandbox.ts";
import { createNoSandbox } from "./none-sandbox.ts";
import { createSrtSandbox } from "./srt-sandbox.ts";

/** What each backend says of this machine. Never throws. */
export async function checkSandboxes(): Promise<Readonly<Record<SandboxBackend, SandboxCheck>>> {
  const [srt, bwrap, none] = await Promise.all([
    createSrtSandbox().check(),
    createBwrapSandbox().check(),
    createNoSandbox().check(),
  ]);
  return { srt, bwrap, none };
}
