import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";

import { collect } from "./process.mjs";

const MAIN = fileURLToPath(new URL("loopback-main.mjs", import.meta.url));
const WAKERS = [
  ["ip", "link", "set", "lo", "up"],
  ["ifconfig", "lo", "up"],
];

/**
 * The words to put before a command so that it runs in a network namespace that has only loopback; undefined where the
 * system does not allow that. Root keeps its rights; anybody else gets them inside only.
 *
 * @param {{ node: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<[string, ...string[]] | undefined>}
 */
export async function loopbackOnly({ node, env }) {
  if (process.platform !== "linux") return undefined;
  const flag = process.getuid?.() === 0 ? "-n" : "-rn";
  const [file, ...args] = /** @type {[string, ...string[]]} */ (["unshare", flag, "--", node, MAIN]);
  // Without a command it only tries.
  const { ok } = await collect(file, args, { cwd: ".", env }).catch(() => ({ ok: false }));
  return ok ? [file, ...args] : undefined;
}

/**
 * Brings loopback up, inside a new network namespace.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>} true when this process can reach itself and nothing else
 */
export async function wakeLoopback(env) {
  // Where these programs are is not on every person's PATH.
  const withSystem = { ...env, PATH: `${env.PATH ?? ""}:/usr/sbin:/sbin` };
  for (const [file = "", ...args] of WAKERS) {
    await collect(file, args, { cwd: ".", env: withSystem }).catch(() => undefined);
    const up = Object.keys(networkInterfaces());
    if (up.length === 1 && up[0] === "lo") return true;
  }
  return false;
}
