import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { explainInstallFailure } from "./failure.mjs";
import { collect } from "./process.mjs";

const PARENTS = ["packages", "packages/backends", "apps"];

/**
 * A hash of everything that decides what belongs in node_modules: lock file, workspace settings,
 * every manifest, and the toolchain.
 *
 * @param {string} root
 * @param {string} toolchainKey
 * @returns {string}
 */
export function dependencyKey(root, toolchainKey) {
  const hash = createHash("sha256").update(`${toolchainKey}\0${process.platform}-${process.arch}`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests(root)]) {
    const path = join(root, file);
    if (!existsSync(path)) continue;
    hash.update(`\0${file}\0`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

/**
 * @param {string} root
 * @param {string} key from `dependencyKey`
 * @returns {boolean} true when node_modules was installed for exactly this key
 */
export function isInstalled(root, key) {
  const stamp = stampFile(root);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === key;
}

/**
 * Installs exactly what the lock file says. Call it under the set-up lock.
 *
 * @param {{ root: string, key: string, node: string, pnpm: string, env: NodeJS.ProcessEnv }} options
 */
export async function installDependencies({ root, key, node, pnpm, env }) {
  const args = [pnpm, "install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only"];
  const result = await collect(node, args, { cwd: root, env });
  if (!result.ok) throw explainInstallFailure("installing the dependencies", result.output);
  writeFileSync(stampFile(root), key);
}

/** @param {string} root */
function stampFile(root) {
  // Inside node_modules, so that deleting the folder also deletes the claim that it is complete.
  return join(root, "node_modules", ".orch-installed");
}

/** @param {string} root */
function manifests(root) {
  const members = PARENTS.flatMap((parent) =>
    existsSync(join(root, parent))
      ? readdirSync(join(root, parent)).map((name) => `${parent}/${name}/package.json`)
      : [],
  );
  // Node 18 has no toSorted.
  // oxlint-disable-next-line unicorn/no-array-sort
  return ["package.json", "prompts/package.json", ...members].sort();
}
