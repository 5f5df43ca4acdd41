import { join } from "node:path";

import { tempFolder } from "@orch/testing";
import { afterEach, expect, test, vi } from "vitest";

import { compileCache, daemonEnvironment } from "./env.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("what Node compiles for a daemon is kept in its home, unless the caller keeps it elsewhere", async () => {
  const home = await tempFolder("home");
  vi.stubEnv("NODE_COMPILE_CACHE", "");
  expect(daemonEnvironment(home)).toMatchObject({ ORCH_HOME: home, NODE_COMPILE_CACHE: compileCache(home) });
  vi.stubEnv("NODE_COMPILE_CACHE", "/elsewhere");
  expect(daemonEnvironment(home)).toMatchObject({ ORCH_HOME: home, NODE_COMPILE_CACHE: "/elsewhere" });
});

test("nothing is kept in a home that is not there yet", async () => {
  vi.stubEnv("NODE_COMPILE_CACHE", "");
  const home = join(await tempFolder("home"), "later");
  expect(daemonEnvironment(home)["NODE_COMPILE_CACHE"]).toBe("");
});
