import { systemRandom as random, type AgentDriver, type AgentSettings } from "@orch/core";
import { expect, test } from "vitest";

import { accessOf, type AgentAccess } from "./agent-access.ts";

const endpoints = (): readonly string[] => ["api.vendor.example"];

function access(more: Partial<AgentSettings>, driver: Partial<AgentDriver> = { endpoints }): AgentAccess {
  const settings = { driver: "x", command: ["x"], args: [], env: {}, options: {}, ...more };
  // Only what is asked of a driver here.
  return accessOf(settings, { driver: driver as AgentDriver, random });
}

test("an agent reaches its vendor's service, and what the person allowed", () => {
  expect(access({ egress: ["registry.example:8443"] }).egress).toEqual({
    allow: ["api.vendor.example", "registry.example:8443"],
    endpoints: [],
  });
});

test("a service that the settings name takes the vendor's place", () => {
  const { egress, secrets } = access({ endpoints: ["http://127.0.0.1:8080"], env: { VENDOR_API_KEY: "k" } });
  expect(egress).toEqual({ allow: [], endpoints: ["http://127.0.0.1:8080"] });
  expect(secrets).toMatchObject([{ name: "VENDOR_API_KEY", value: "k", hosts: ["127.0.0.1"] }]);
});

test("keys are replaced by placeholders, each its own, and other variables stay", () => {
  const { env, secrets } = access({ env: { VENDOR_API_KEY: "one", OTHER_TOKEN: "two", LEVEL: "three", NO_TOKEN: "" } });
  expect(env).toMatchObject({ LEVEL: "three", NO_TOKEN: "" });
  expect(secrets.map(({ name, value, hosts }) => ({ name, value, hosts }))).toEqual([
    { name: "VENDOR_API_KEY", value: "one", hosts: ["api.vendor.example"] },
    { name: "OTHER_TOKEN", value: "two", hosts: ["api.vendor.example"] },
  ]);
  expect(new Set([env["VENDOR_API_KEY"], env["OTHER_TOKEN"], "one", "two"]).size).toBe(4);
  for (const { name, placeholder } of secrets) expect(env[name]).toBe(placeholder);
});

test("where no service is known, keys may go to what was allowed; an open network has no rules", () => {
  expect(access({ egress: ["a.example:8443"], env: { A_TOKEN: "x" } }, {}).secrets[0]?.hosts).toEqual(["a.example"]);
  const open = access({ egress: ["*"], env: { A_TOKEN: "x" } }, {});
  expect(open.egress).toBeUndefined();
  expect(open.secrets[0]?.hosts).toEqual([]);
});
