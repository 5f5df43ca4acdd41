import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import { BootstrapFailure } from "./failure.mjs";
import { npmCi } from "./npm.mjs";
import { collect } from "./process.mjs";
import { ROOT } from "./settings.mjs";

const PINS = join(ROOT, ".ci/agents");
const FILES = ["package.json", "package-lock.json"];

/**
 * @typedef {object} Agents
 * @property {string} version of codex
 * @property {string} folder where it is, or will be once it is brought
 * @property {string} codex absolute path of its program
 */

/**
 * Says which real agent command lines the tests use. Nothing is downloaded here.
 *
 * @param {string} cache
 * @returns {Agents}
 */
export function describeAgents(cache) {
  const version = JSON.parse(readFileSync(join(PINS, "package.json"), "utf8")).dependencies["@openai/codex"];
  const folder = join(cache, "agents", `codex-${version}`);
  return { version, folder, codex: programIn(folder) };
}

/**
 * Brings the agents from the npm registry into the cache, checked against the committed hashes. The folder appears
 * complete or not at all. Call it under the set-up lock.
 *
 * @param {Agents} agents
 * @param {NodeJS.ProcessEnv} env
 */
export async function bringAgents({ version, folder }, env) {
  if (existsSync(folder)) return;
  const staging = `${folder}.${process.pid}.tmp`;
  mkdirSync(staging, { recursive: true });
  try {
    for (const file of FILES) copyFileSync(join(PINS, file), join(staging, file));
    await npmCi(staging, { what: `bringing codex ${version}` });
    await checkCodex(staging, env);
    renameSync(staging, folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * npm passes over a platform package that it can't get, because that one is optional.
 *
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 */
async function checkCodex(folder, env) {
  const result = await collect(programIn(folder), ["--version"], { cwd: dirname(folder), env });
  if (result.ok) return;
  throw new BootstrapFailure(
    `The codex that was installed does not start on this ${process.platform} ${process.arch} system.`,
    "Run this again when the network is good, or leave out the tests with real agents.",
    result.output.trim(),
  );
}

/** @param {string} folder */
function programIn(folder) {
  return join(folder, "node_modules/.bin/codex");
}
