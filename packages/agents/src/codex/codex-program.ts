import { access } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { resolvedProgram } from "../find-program.ts";

/** What the npm package calls its platforms. */
export interface Platform {
  readonly platform: string;
  readonly arch: string;
}

const TRIPLES: Readonly<Record<string, string>> = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
};

/**
 * The native binary behind codex's npm wrapper: it answers signals itself and leaves no orphan when it is killed. Any
 * other program, and a wrapper whose binary is not where it usually is, stays what it was.
 */
export async function nativeCodex(path: string, machine: Platform = process): Promise<string> {
  const real = await resolvedProgram(path);
  if (basename(real) !== "codex.js") return path;
  const name = `${machine.platform}-${machine.arch}`;
  const triple = TRIPLES[name];
  if (triple === undefined) return path;
  const wrapper = dirname(dirname(real));
  const inside = join("vendor", triple, "bin", "codex");
  const places = [
    join(dirname(wrapper), `codex-${name}`, inside),
    join(wrapper, "node_modules", "@openai", `codex-${name}`, inside),
    join(wrapper, inside),
  ];
  for (const place of places) {
    const found = await access(place).then(
      () => true,
      () => false,
    );
    if (found) return place;
  }
  return path;
}
