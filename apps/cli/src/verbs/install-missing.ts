import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";

import type { Host } from "../host.ts";

/** The system's package managers that are known here, and how each installs. */
const MANAGERS = [
  { program: "apt-get", install: ["install", "--yes", "--no-install-recommends"], runs: true },
  { program: "dnf", install: ["install", "--assumeyes"], runs: false },
  { program: "pacman", install: ["-S", "--needed"], runs: false },
  { program: "apk", install: ["add"], runs: false },
  { program: "zypper", install: ["install"], runs: false },
] as const;

/** What came of trying to install. */
export type Installation =
  | { readonly kind: "installed"; readonly command: readonly string[] }
  | { readonly kind: "failed"; readonly command: readonly string[]; readonly code: number | null }
  /** For the person to run: orch may not, or does not know the system well enough. */
  | { readonly kind: "yours"; readonly command: readonly string[] | undefined };

/**
 * Installs packages of the system where orch may: as root, with apt-get. The command is shown before it runs. Elsewhere
 * it gives the command for the person.
 */
export async function installMissing(host: Host, packages: readonly string[]): Promise<Installation> {
  for (const { program, install, runs } of MANAGERS) {
    const path = await findProgram(host, program);
    if (path === undefined) continue;
    const command = [program, ...install, ...packages];
    if (userInfo().uid !== 0) return { kind: "yours", command: ["sudo", ...command] };
    if (!runs) return { kind: "yours", command };
    host.err.write(`$ ${command.join(" ")}\n`);
    const code = await runInstaller(host, [path, ...install, ...packages]);
    return code === 0 ? { kind: "installed", command } : { kind: "failed", command, code };
  }
  return { kind: "yours", command: undefined };
}

async function findProgram({ searchPath }: Host, name: string): Promise<string | undefined> {
  for (const folder of searchPath) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function runInstaller({ err }: Host, [program = "", ...args]: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => err.write(chunk.toString()));
    child.on("error", () => resolve(null));
    child.on("close", resolve);
  });
}
