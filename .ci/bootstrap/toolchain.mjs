import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { BootstrapFailure } from "./failure.mjs";
import { npmCi } from "./npm.mjs";
import { collect } from "./process.mjs";
import { MINIMUM_NODE, ROOT } from "./settings.mjs";

const FILES = ["package.json", "package-lock.json"];

/**
 * @typedef {object} Toolchain
 * @property {string} key changes whenever Node or pnpm does
 * @property {string} folder where it is, or will be once it is brought
 * @property {boolean} bringsNode false when the running Node is good enough
 * @property {string} node absolute path of the Node to use
 * @property {string} pnpm absolute path of pnpm's script, to run with that Node
 * @property {string[]} path folders to put first on PATH
 */

/**
 * Says which Node and pnpm to use. Nothing is downloaded here.
 *
 * @param {{ cache: string, version: string, platform: string, arch: string }} machine
 * @returns {Toolchain}
 */
export function describeToolchain(machine) {
  const bringsNode = !isNewEnough(machine.version);
  const lock = readFileSync(join(ROOT, ".ci/toolchain/package-lock.json"), "utf8");
  const hash = createHash("sha256").update(lock).digest("hex").slice(0, 12);
  const folder = join(machine.cache, "toolchain", `${hash}-${bringsNode ? "node" : "host"}`);
  const modules = join(folder, "node_modules");
  const own = join(modules, `node-${machine.platform}-${machine.arch}`, "bin", "node");
  if (bringsNode && !lock.includes(`"node_modules/node-${machine.platform}-${machine.arch}"`)) {
    throw unsupported(machine);
  }
  const node = bringsNode ? own : process.execPath;
  return {
    key: `${hash}-${bringsNode ? "own" : machine.version}`,
    folder,
    bringsNode,
    node,
    pnpm: join(modules, "pnpm", "bin", "pnpm.cjs"),
    path: [dirname(node), join(modules, ".bin")],
  };
}

/**
 * Brings Node and pnpm from the npm registry into the cache, checked against the committed hashes.
 * The folder appears complete or not at all. Call it under the set-up lock.
 *
 * @param {Toolchain} toolchain
 */
export async function bringToolchain(toolchain) {
  if (existsSync(toolchain.folder)) return;
  const staging = `${toolchain.folder}.${process.pid}.tmp`;
  mkdirSync(staging, { recursive: true });
  try {
    for (const file of FILES) copyFileSync(join(ROOT, ".ci/toolchain", file), join(staging, file));
    const args = toolchain.bringsNode ? [] : ["--omit=optional"];
    await npmCi(staging, { what: "bringing Node and pnpm", args });
    if (toolchain.bringsNode) await checkNode(staging, toolchain);
    renameSync(staging, toolchain.folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  removeOthers(toolchain.folder);
}

/**
 * A registry package of another C library installs without complaint and cannot start.
 *
 * @param {string} staging
 * @param {Toolchain} toolchain
 */
async function checkNode(staging, toolchain) {
  const node = toolchain.node.replace(toolchain.folder, staging);
  const result = existsSync(node)
    ? await collect(node, ["--version"], { cwd: staging, env: process.env }).catch(() => undefined)
    : undefined;
  if (!result?.ok) throw unsupported({ platform: process.platform, arch: process.arch });
}

/** @param {{ platform: string, arch: string }} machine */
function unsupported(machine) {
  return new BootstrapFailure(
    `orch needs Node ${MINIMUM_NODE.join(".")} or newer, and the npm registry has none that runs on this ${machine.platform} ${machine.arch} system.`,
    machine.platform === "win32"
      ? "Use the Windows Subsystem for Linux."
      : "Install Node 24 with your package manager and run this again.",
  );
}

/** @param {string} version such as "20.20.2" */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = MINIMUM_NODE;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/**
 * Older toolchains are 200 MB each. The other kind of the same version stays.
 *
 * @param {string} folder
 */
function removeOthers(folder) {
  const hash = basename(folder).slice(0, 12);
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(hash)) continue;
    rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}
