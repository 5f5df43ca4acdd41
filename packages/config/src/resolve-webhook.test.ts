import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { isOrchError } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import type { Config } from "./config.ts";
import { loadConfig } from "./load-config.ts";

async function load(text: string): Promise<Config["webhook"] | string> {
  const home = await tempFolder("orch-webhook");
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "config.yml"), text, { mode: 0o600 });
  const loaded = await loadConfig({ home, env: { HOME: home, WEBHOOK_SECRET: "from outside", EMPTY: "" } });
  if (loaded.ok) return loaded.value.config.webhook;
  return isOrchError(loaded.error, "config_invalid") ? loaded.error.message : "another error";
}

const closed = { enabled: false, host: "127.0.0.1", port: 8080, secrets: [], allowUnsigned: false };

test("nothing listens unless it is asked to", async () => {
  expect(await load("")).toEqual(closed);
});

test("the secret may come from the environment, and may be several", async () => {
  const open = { ...closed, enabled: true };
  expect(await load('webhook: { enabled: true, secret: "${WEBHOOK_SECRET}" }')).toEqual({
    ...open,
    secrets: ["from outside"],
  });
  expect(await load('webhook: { enabled: true, secret: [old, "", new] }')).toMatchObject({ secrets: ["old", "new"] });
});

test.each([
  ["without a secret", "webhook: { enabled: true }"],
  ["with an empty one", 'webhook: { enabled: true, secret: "${EMPTY}" }'],
  ["allowed, but open to others", "webhook: { enabled: true, allow_unsigned: true, host: 0.0.0.0 }"],
])("a listener that would believe anybody is refused: %s", async (_, text) => {
  expect(await load(text)).toMatch(/webhook\.secret/);
});

test("on this machine alone it may be left out, when that is said", async () => {
  expect(await load("webhook: { enabled: true, allow_unsigned: true }")).toMatchObject({ enabled: true, secrets: [] });
});

test("the names of an earlier system are understood", async () => {
  expect(await load("github_webhook: { host: 127.0.0.2, port: 8787, secret: s3cret }")).toEqual({
    ...closed,
    host: "127.0.0.2",
    port: 8787,
    secrets: ["s3cret"],
  });
});

test("secrets may be in a file, which is looked for beside the configuration", async () => {
  const found = await load("webhook: { enabled: true, secret_file: webhook.secret }");
  expect(found).toMatchObject({ secrets: [], secretFile: expect.stringMatching(/^\/.*\/webhook\.secret$/) as string });
});
