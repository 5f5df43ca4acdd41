import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { Random, SandboxMode, SessionConfinement } from "@orch/core";

import { chooseSandbox } from "./choose-sandbox.ts";
import { proveHolder, type HolderProof } from "./prove-holder.ts";

/** What a mode gives on this machine, proved by canaries, or why it gives nothing. */
export type SandboxProof =
  | { readonly confinement: SessionConfinement; readonly processes?: HolderProof }
  | { readonly why: string };

/**
 * Opens the sandbox of a mode around nothing, as a session with egress rules would, and lets canaries fly in it: none
 * may read a hidden file, write outside or reach this machine. Never throws; takes less than a second. With `processes` it
 * is tried, too, what holds the number of processes in it.
 */
export async function proveSandbox(
  mode: SandboxMode,
  random: Random,
  { processes = false }: { readonly processes?: boolean } = {},
): Promise<SandboxProof> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "orch-proof-")));
  try {
    const [cwd, hidden, tmp] = [join(root, "c"), join(root, "h"), join(root, "t")];
    for (const folder of [cwd, hidden, tmp]) await mkdir(folder, { mode: 0o700 });
    const egress = { allow: [], endpoints: [] };
    const rules = {
      mode,
      write: [cwd],
      hide: [hidden],
      read: [root, dirname(process.execPath)],
      network: true,
      egress,
    } as const;
    const plan = { cwd, env: {}, secrets: [], logins: [], rules, hide: [hidden], tmp, scratch: join(root, "s") };
    const chosen = await chooseSandbox(mode, { plan, hidden, random });
    if ("why" in chosen) return chosen;
    const { enclosure } = chosen;
    try {
      const { confinement } = enclosure;
      return processes ? { confinement, processes: await proveHolder(enclosure, cwd, random) } : { confinement };
    } finally {
      await enclosure.close();
    }
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}
