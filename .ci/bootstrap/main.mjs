import { existsSync } from "node:fs";
import { join } from "node:path";

import { bringAgents, describeAgents, isMusl, listOf } from "./agents.mjs";
import { dependencyKey, installDependencies, isInstalled } from "./dependencies.mjs";
import { childEnvironment } from "./environment.mjs";
import { BootstrapFailure } from "./failure.mjs";
import { withLock } from "./lock.mjs";
import { loopbackOnly } from "./loopback.mjs";
import { become, collect } from "./process.mjs";
import { CACHE, ROOT, TARGETS } from "./settings.mjs";
import { bringToolchain, describeToolchain } from "./toolchain.mjs";

/**
 * Sets up what is missing and then runs a target in its place.
 *
 * @param {string[]} args a target of `TARGETS`, `setup` or `pnpm`, and that target's own arguments
 */
export async function main([name = "", ...args]) {
  try {
    await run(name, args);
  } catch (error) {
    if (!(error instanceof BootstrapFailure)) throw error;
    if (error.details !== "") console.error(`${error.details}\n`);
    console.error(`orch: ${error.message}\n      ${error.hint}`);
    process.exitCode = 1;
  }
}

/**
 * @param {string} name
 * @param {string[]} args
 */
async function run(name, args) {
  const toolchain = describeToolchain({
    cache: CACHE,
    version: process.versions.node,
    platform: process.platform,
    arch: process.arch,
  });
  const env = childEnvironment(process.env, toolchain.path);
  // The pinned pnpm is also how a person changes the lock file, so it must run when that is stale.
  await setUp(toolchain, { env, dependencies: name !== "pnpm" });
  if (name === "setup") return;
  if (name === "pnpm") {
    await become(toolchain.node, [toolchain.pnpm, ...args], { cwd: ROOT, env });
  }
  await runTarget(name, args, { node: toolchain.node, env });
}

/**
 * @param {string} name
 * @param {string[]} args
 * @param {{ node: string, env: NodeJS.ProcessEnv }} options
 */
async function runTarget(name, args, { node, env: given }) {
  const target = Object.entries(TARGETS).find(([key]) => key === name)?.[1];
  if (target === undefined) {
    const known = [...Object.keys(TARGETS), "pnpm", "setup"].join(", ");
    throw new BootstrapFailure(`There is no command "${name}".`, `The commands are: ${known}.`);
  }
  const env = { ...target.env, ...given };
  const entry = join(ROOT, target.entry);
  if (!existsSync(entry)) {
    throw new BootstrapFailure(`This checkout has no ${target.entry}.`, "Check out a complete copy of the repository.");
  }
  const cwd = target.folder === "caller" ? (process.env.INIT_CWD ?? process.cwd()) : ROOT;
  if (target.built === true) await withSetUpLock(() => buildPrograms({ node, env: given }));
  const conditions = target.built === true ? [] : ["--conditions=@orch/source"];
  const command = [node, ...conditions, entry, ...(target.args ?? []), ...args];
  if (target.withAgents === true) return await runWithAgents(command, { cwd, node, env });
  await becomeCommand(command, { cwd, env });
}

/**
 * Brings the built packages up to date. Under the set-up lock: two at once would write the same files.
 *
 * @param {{ node: string, env: NodeJS.ProcessEnv }} options
 */
async function buildPrograms({ node, env }) {
  const { ok, output } = await collect(node, [join(ROOT, ".ci", "build-programs.ts")], { cwd: ROOT, env });
  if (ok) return;
  throw new BootstrapFailure("The packages can't be built.", "Check out a complete copy of the repository.", output);
}

/**
 * @param {string[]} command
 * @param {{ cwd: string, node: string, env: NodeJS.ProcessEnv }} options
 */
async function runWithAgents(command, { cwd, node, env }) {
  const { platform, arch } = process;
  const described = describeAgents({ cache: CACHE, platform, arch, musl: isMusl() });
  const prefix = await loopbackOnly({ node, env });
  if (!existsSync(described.folder)) {
    console.error(`orch: bringing ${listOf(described.agents)} (once, 400 MB)`);
    await withSetUpLock(() => bringAgents(described, { env, prefix: prefix ?? [] }));
  }
  if (prefix === undefined) {
    console.error("orch: no network namespace of its own is possible here; the agents are told to stay on loopback");
  }
  await becomeCommand([...(prefix ?? []), ...command], { cwd, env: { ...env, ...described.env } });
}

/**
 * @param {string[]} command
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 */
async function becomeCommand([file = "", ...args], options) {
  await become(file, args, options);
}

/**
 * Does nothing, in a few milliseconds, when everything is there already.
 *
 * @param {import("./toolchain.mjs").Toolchain} toolchain
 * @param {{ env: NodeJS.ProcessEnv, dependencies: boolean }} options
 */
async function setUp(toolchain, { env, dependencies }) {
  const ready = () =>
    existsSync(toolchain.folder) && (!dependencies || isInstalled(ROOT, dependencyKey(ROOT, toolchain.key)));
  if (ready()) return;
  await withSetUpLock(async () => {
    if (ready()) return;
    if (!existsSync(toolchain.folder)) {
      console.error(`orch: bringing ${toolchain.bringsNode ? "Node 24 and pnpm" : "pnpm"} (once)`);
      await bringToolchain(toolchain);
    }
    if (!dependencies) return;
    console.error("orch: installing dependencies");
    const key = dependencyKey(ROOT, toolchain.key);
    const { node, pnpm } = toolchain;
    await installDependencies({ root: ROOT, key, node, pnpm, env });
  });
}

/** @param {() => Promise<void>} work */
async function withSetUpLock(work) {
  const onWait = () => console.error("orch: waiting for another set-up of this checkout to finish");
  await withLock(join(CACHE, "setup.lock"), { onWait }, work);
}
