import { expect, test } from "vitest";

import { createDrivers } from "./create-drivers.ts";

const drivers = createDrivers({ path: [], home: "/nonexistent" });
const settings = { driver: "x", command: [], args: [], options: {}, env: {} };

test("every driver says where its service is, and none names the forge", () => {
  for (const driver of Object.values(drivers)) {
    const hosts = driver.endpoints?.(settings) ?? ["nowhere was said"];
    expect(hosts.filter((host) => /github|gitlab|nowhere/.test(host))).toEqual([]);
  }
  expect(drivers["codex"]?.endpoints?.(settings)).toContain("api.openai.com");
});

test("a program of the person's own reaches the providers whose keys it is given", () => {
  const env = { OPENROUTER_API_KEY: "x", OTHER_KEY: "y" };
  expect(drivers["command"]?.endpoints?.({ ...settings, env })).toEqual(["openrouter.ai"]);
  expect(drivers["command"]?.endpoints?.(settings)).toEqual([]);
});

test("opencode reaches the provider of its model", () => {
  const hosts = (model?: string): readonly string[] | undefined =>
    drivers["opencode"]?.endpoints?.({ ...settings, ...(model === undefined ? {} : { model }) });
  expect(hosts("anthropic/claude-sonnet-5-5")).toEqual(["api.anthropic.com"]);
  expect(hosts("elsewhere/x")).toEqual([]);
  expect(hosts()).toEqual(["opencode.ai"]);
});
