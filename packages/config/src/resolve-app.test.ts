import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { isOrchError } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import type { LoadedConfig } from "./load-config.ts";
import { loadConfig } from "./load-config.ts";

const PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n";

async function load(texts: { readonly own: string; readonly project?: string }): Promise<LoadedConfig | string> {
  const home = await tempFolder("orch-app");
  const folder = join(home, "repository");
  await mkdir(join(folder, ".git"), { recursive: true });
  await writeFile(join(home, "config.yml"), texts.own, { mode: 0o600 });
  if (texts.project !== undefined) await writeFile(join(folder, ".orch.yml"), texts.project);
  const env = { HOME: "/home/somebody", APP_KEY: PEM, FLAT: PEM.replaceAll("\n", String.raw`\n`), EMPTY: "" };
  const loaded = await loadConfig({ home, folder, env });
  if (loaded.ok) return loaded.value;
  return isOrchError(loaded.error, "config_invalid") ? loaded.error.message : "another error";
}

async function appIn(own: string, project?: string): Promise<unknown> {
  const loaded = await load({ own, ...(project === undefined ? {} : { project }) });
  return typeof loaded === "string" ? loaded : loaded.config.githubApp;
}

test("without an App orch acts as a person", async () => {
  expect(await appIn("")).toBeUndefined();
});

test("the key is a file, from the home or beside the configuration", async () => {
  expect(await appIn("gh: { app: { id: 7, private_key_file: ~/app.pem } }")).toEqual({
    appId: 7,
    privateKeyFile: "/home/somebody/app.pem",
  });
  const beside = await appIn("gh: { app: { id: 7, private_key_file: app.pem, installation: 12 } }");
  expect(beside).toMatchObject({ appId: 7, installation: 12 });
  expect(JSON.stringify(beside)).toMatch(/"privateKeyFile":"\/.+\/app\.pem"/);
});

test.each(["APP_KEY", "FLAT"])("or a variable, its lines in one or not: %s", async (name) => {
  expect(await appIn(`gh: { app: { id: 7, private_key: "\${${name}}" } }`)).toEqual({ appId: 7, privateKey: PEM });
});

test.each([
  ["no number", "gh: { app: { private_key_file: a.pem } }", /gh\.app\.id/],
  ["no key", "gh: { app: { id: 7 } }", /needs gh\.app\.private_key_file/],
  ["an empty one", 'gh: { app: { id: 7, private_key: "${EMPTY}" } }', /needs gh\.app\.private_key_file/],
  ["two", 'gh: { app: { id: 7, private_key: "${APP_KEY}", private_key_file: a.pem } }', /given twice/],
  ["something else", "gh: { app: { id: 7, private_key: hunter2hunter2 } }", /BEGIN and END lines/],
])("a key that can't be used is a problem that does not show it: %s", async (_, own, message) => {
  const problem = await appIn(own);
  expect(problem).toMatch(message);
  expect(problem).not.toMatch(/hunter2|MIIE/);
});

test("a repository's file names no App", async () => {
  const loaded = await load({ own: "", project: "gh: { repo: octo/sample, app: { id: 9, private_key_file: x.pem } }" });
  expect(loaded).toMatchObject({ notices: [{ key: "gh.app" }] });
  expect(loaded).not.toHaveProperty("config.githubApp");
});
