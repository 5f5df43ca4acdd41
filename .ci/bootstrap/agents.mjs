import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import { BootstrapFailure } from "./failure.mjs";
import { npmCi } from "./npm.mjs";
import { collect } from "./process.mjs";
import { ROOT } from "./settings.mjs";

const PINS = join(ROOT, ".ci/agents");
const FILES = ["package.json", "package-lock.json"];
const OPENCODE = "opencode-linux-x64-baseline";

/** What keeps a program from looking for news while it tells its version. */
const QUIET = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  OPENCODE_DISABLE_MODELS_FETCH: "1",
  KIMI_CODE_NO_AUTO_UPDATE: "1",
  KIMI_DISABLE_TELEMETRY: "1",
};

/**
 * @typedef {object} Agent
 * @property {string} name
 * @property {string} version
 * @property {string} program its path below the folder
 * @property {string} variable names the program to the tests
 */

/**
 * @typedef {object} Agents
 * @property {string} folder where they are, or will be once they are brought
 * @property {readonly Agent[]} agents those that are pinned for this system
 * @property {Record<string, string>} env tells the tests where each program is
 */

/**
 * Says which real agent command lines the tests use. Nothing is downloaded here.
 *
 * @param {{ cache: string, platform: string, arch: string, musl: boolean }} system
 * @returns {Agents}
 */
export function describeAgents({ cache, platform, arch, musl }) {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(PINS, "package.json"), "utf8"));
  const target = `${platform}-${arch}${musl ? "-musl" : ""}`;
  const folder = join(cache, "agents", `${pinsKey()}-${target}`);
  // No script of a package runs, so that Claude Code's own link to its program is never made.
  const claude = { version: dependencies["@anthropic-ai/claude-code"], folder: `@anthropic-ai/claude-code-${target}` };
  const codex = { version: dependencies["@openai/codex"] };
  const opencode = { version: optionalDependencies[OPENCODE] };
  const agents = [
    agent("codex", codex.version, ".bin/codex"),
    agent("acp", dependencies["@agentclientprotocol/claude-agent-acp"], ".bin/claude-agent-acp"),
    agent("kimi", dependencies["@moonshot-ai/kimi-code"], ".bin/kimi"),
    agent("claude", claude.version, `${claude.folder}/${platform === "win32" ? "claude.exe" : "claude"}`),
    ...(target === "linux-x64" ? [agent("opencode", opencode.version, `${OPENCODE}/bin/opencode`)] : []),
  ];
  return { folder, agents, env: Object.fromEntries(agents.map((it) => [it.variable, join(folder, it.program)])) };
}

/** True where the system's C library is musl, for which other programs are built. */
export function isMusl() {
  if (process.platform !== "linux") return false;
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header?.glibcVersionRuntime === undefined;
}

/**
 * Brings the agents from the npm registry into the cache, checked against the committed hashes. The folder appears
 * complete or not at all. Call it under the set-up lock.
 *
 * @param {Agents} described
 * @param {{ env: NodeJS.ProcessEnv, prefix: readonly string[] }} options `prefix` goes before each command that tries
 * one of them
 */
export async function bringAgents({ folder, agents }, { env, prefix }) {
  if (existsSync(folder)) return;
  const staging = `${folder}.${process.pid}.tmp`;
  mkdirSync(staging, { recursive: true });
  try {
    for (const file of FILES) copyFileSync(join(PINS, file), join(staging, file));
    await npmCi(staging, { what: `bringing ${listOf(agents)}` });
    for (const it of agents) await check(it, { staging, env, prefix });
    renameSync(staging, folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** @param {readonly Agent[]} agents */
export function listOf(agents) {
  return agents.map(({ name, version }) => `${name} ${version}`).join(", ");
}

/**
 * npm passes over a platform package that it can't get, because that one is optional.
 *
 * @param {Agent} agent
 * @param {{ staging: string, env: NodeJS.ProcessEnv, prefix: readonly string[] }} options
 */
async function check({ name, version, program }, { staging, env, prefix }) {
  const home = join(staging, "home");
  mkdirSync(home, { recursive: true });
  const [file, ...args] = [...prefix, join(staging, program), "--version"];
  const result = await collect(file, args, {
    cwd: dirname(staging),
    env: { PATH: env.PATH, HOME: home, ...QUIET },
  }).catch((error) => ({ ok: false, output: String(error) }));
  rmSync(home, { recursive: true, force: true });
  if (result.ok && result.output.includes(version)) return;
  throw new BootstrapFailure(
    `The ${name} that was installed does not start on this ${process.platform} ${process.arch} system.`,
    "Run this again when the network is good, or leave out the tests with real agents.",
    result.output.trim(),
  );
}

/** Changes with every pinned byte. */
function pinsKey() {
  const hash = createHash("sha256");
  for (const file of FILES) hash.update(readFileSync(join(PINS, file)));
  return hash.digest("hex").slice(0, 16);
}

/**
 * @param {string} name
 * @param {string} version
 * @param {string} program below `node_modules`
 * @returns {Agent}
 */
function agent(name, version, program) {
  return { name, version, program: join("node_modules", program), variable: `ORCH_TEST_${name.toUpperCase()}` };
}
