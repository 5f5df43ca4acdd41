import { systemRandom as random, type AgentDriver, type AgentSettings, type Redactor } from "@orch/core";
import { expect, test } from "vitest";

import { accessOf, type AgentAccess } from "./agent-access.ts";
import { plainSecrets } from "./plain-secrets.ts";
import { createRedactor } from "./redactor.ts";

const endpoints = (): readonly string[] => ["api.vendor.example"];

async function access(
  more: Partial<AgentSettings>,
  {
    driver = { endpoints },
    redactor = createRedactor({ secrets: [] }),
  }: { driver?: Partial<AgentDriver>; redactor?: Redactor } = {},
): Promise<AgentAccess> {
  const settings = { driver: "x", command: ["x"], args: [], env: {}, options: {}, ...more };
  // Only what is asked of a driver here.
  return accessOf(settings, { driver: driver as AgentDriver, random, redactor });
}

test("an agent reaches its vendor's service, and what the person allowed", async () => {
  expect((await access({ egress: ["registry.example:8443"] })).egress).toEqual({
    allow: ["api.vendor.example", "registry.example:8443"],
    endpoints: [],
  });
});

test("a service that the settings name takes the vendor's place", async () => {
  const { egress, secrets } = await access({ endpoints: ["http://127.0.0.1:8080"], env: { VENDOR_API_KEY: "k" } });
  expect(egress).toEqual({ allow: [], endpoints: ["http://127.0.0.1:8080"] });
  expect(secrets).toMatchObject([{ name: "VENDOR_API_KEY", value: "k", hosts: ["127.0.0.1"] }]);
});

test("keys are replaced by placeholders, each its own, and other variables stay", async () => {
  const { env, secrets } = await access({
    env: { VENDOR_API_KEY: "one", OTHER_TOKEN: "two", LEVEL: "three", NO_TOKEN: "" },
  });
  expect(env).toMatchObject({ LEVEL: "three", NO_TOKEN: "" });
  expect(secrets.map(({ name, value, hosts }) => ({ name, value, hosts }))).toEqual([
    { name: "VENDOR_API_KEY", value: "one", hosts: ["api.vendor.example"] },
    { name: "OTHER_TOKEN", value: "two", hosts: ["api.vendor.example"] },
  ]);
  expect(new Set([env["VENDOR_API_KEY"], env["OTHER_TOKEN"], "one", "two"]).size).toBe(4);
  for (const { name, placeholder } of secrets) expect(env[name]).toBe(placeholder);
});

test("names, headers and addresses that hold a key are recognised", async () => {
  const { env, secrets } = await access({
    env: {
      DB_PASS: "p1",
      MYSQL_PWD: "p2",
      AUTHORIZATION: "Bearer p3",
      SESSION_JWT: "p4",
      SITE_COOKIE: "p5",
      SENTRY_DSN: "https://p6@sentry.example/1",
      SLACK_WEBHOOK_URL: "https://hooks.example/p7",
      ANTHROPIC_CUSTOM_HEADERS: "X-Team: p8\nX-Key: p9",
      MIRROR: "https://ana:p10@mirror.example/x?y#z",
      PWD: "/here",
      PASSAGE: "open",
    },
  });
  const text = JSON.stringify(env);
  for (let number = 1; number <= 10; number += 1) expect(text).not.toMatch(new RegExp(`\\bp${number}\\b`));
  expect(env).toMatchObject({ PWD: "/here", PASSAGE: "open" });
  expect(env["ANTHROPIC_CUSTOM_HEADERS"]).toMatch(/^X-Team: placeholder-\S+\nX-Key: placeholder-\S+$/);
  expect(env["MIRROR"]).toMatch(/^https:\/\/ana:placeholder-\S+@mirror\.example\/x\?y#z$/);
  expect(secrets).toHaveLength(10);
});

test("what an agent has to hold itself is known to the redactor", async () => {
  const redactor = createRedactor({ secrets: [] });
  const settings = {
    driver: "x",
    command: ["x", "--token=word-in-command"],
    args: ["--api-key", "word-after-option", "--model", "m", "https://ana:word-in-address@a.example"],
    env: { DB: "postgres://u:word-of-a-database@localhost/db", SITE: "https://u:masked-word@a.example" },
    options: {},
  };
  const held = ["word-in-command", "word-after-option", "word-in-address", "word-of-a-database"];
  expect(plainSecrets(settings)).toEqual(held);
  await access(settings, { redactor });
  for (const word of [...held, "masked-word"]) expect(redactor.redact(`a ${word} b`)).not.toContain(word);
});

test("where no service is known, keys may go to what was allowed; an open network has no rules", async () => {
  expect(
    (await access({ egress: ["a.example:8443"], env: { A_TOKEN: "x" } }, { driver: {} })).secrets[0]?.hosts,
  ).toEqual(["a.example"]);
  const open = await access({ egress: ["*"], env: { A_TOKEN: "x" } }, { driver: {} });
  expect(open.egress).toBeUndefined();
  expect(open.secrets[0]?.hosts).toEqual([]);
});

test("a credential of a login file is concealed in its own form, and hidden everywhere from then on", async () => {
  const redactor = createRedactor({ secrets: [] });
  const { conceal, secrets } = await access({}, { redactor });
  const [name, value] = ["renewing token", "not-of-any-known-shape"];
  const shown = conceal?.({ name, value, stays: true, shape: (word) => `a.${word}.b` });
  expect(shown).toMatch(/^a\.placeholder-\w{32,}\.b$/);
  expect(secrets).toEqual([{ name, value, placeholder: shown, hosts: ["api.vendor.example"], stays: true }]);
  expect(redactor.redact(`it was ${value}`)).toBe("it was [redacted:known-secret]");
});

test("a login that is copied is not concealed, but known", async () => {
  const redactor = createRedactor({ secrets: [] });
  const credentials = async (): Promise<readonly string[]> => ["word-of-the-login"];
  const copied = await access({ login: "copied" }, { redactor, driver: { endpoints, credentials } });
  expect(copied.conceal).toBeUndefined();
  expect(redactor.redact("word-of-the-login")).toBe("[redacted:known-secret]");
});
