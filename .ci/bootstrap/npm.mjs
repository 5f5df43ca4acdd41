import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";

import { childEnvironment } from "./environment.mjs";
import { BootstrapFailure, explainInstallFailure } from "./failure.mjs";
import { collect } from "./process.mjs";

/**
 * Installs exactly what the lock file in a folder says, checked against its hashes. No script of a package runs.
 *
 * @param {string} folder holds package.json and package-lock.json
 * @param {{ what: string, args?: string[] }} options `what` is being done, as "bringing Node and pnpm"
 */
export async function npmCi(folder, { what, args = [] }) {
  const [file, ...first] = npmCommand();
  const quiet = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const env = childEnvironment(process.env, [dirname(process.execPath)]);
  const result = await collect(file, [...first, ...quiet, ...args], { cwd: folder, env }).catch((error) => {
    if (error.code !== "ENOENT") throw error;
    throw new BootstrapFailure("npm was not found.", "Install npm (it comes with Node) and run this again.");
  });
  if (!result.ok) throw explainInstallFailure(what, result.output);
}

/** @returns {[string, ...string[]]} how to start npm on this machine */
function npmCommand() {
  const outer = process.env.npm_execpath ?? "";
  if (basename(outer) === "npm-cli.js" && existsSync(outer)) return [process.execPath, outer];
  return ["npm"];
}
