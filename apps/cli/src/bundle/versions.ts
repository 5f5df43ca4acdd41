import { arch, cpus, release, totalmem, type, version } from "node:os";

import { telltaleVariables } from "../env.ts";
import { versionOf } from "../version-of.ts";
import { ownVersion } from "../version.ts";

/** Programs that orch uses, and how each tells its version. */
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  git: ["--version"],
  tmux: ["-V"],
  bwrap: ["--version"],
  socat: ["-V"],
  rg: ["--version"],
  gh: ["--version"],
};

/** What runs here: orch, Node, the system and its tools. `null`: it is not there. */
export async function versionsOf(): Promise<object> {
  const tools = await Promise.all(
    Object.entries(TOOLS).map(async ([name, args]) => [name, (await versionOf(name, args)) ?? null] as const),
  );
  return {
    orch: ownVersion(),
    node: process.versions.node,
    system: { type: type(), release: release(), version: version(), arch: arch() },
    processors: cpus().length,
    memoryBytes: totalmem(),
    tools: Object.fromEntries(tools),
    setVariables: telltaleVariables(),
  };
}
