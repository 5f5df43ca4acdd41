import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { parseScripts } from "./parse-manifest.ts";

/** A check that a repository seems to have. */
export interface DetectedCheck {
  readonly name: string;
  readonly run: readonly string[];
}

const LOCKS: readonly (readonly [file: string, manager: string])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
];

/** The checks that the files at a repository's root suggest, without running anything. */
export async function detectChecks(root: string): Promise<readonly DetectedCheck[]> {
  const read = (name: string): Promise<string | undefined> => readFile(join(root, name), "utf8").catch(() => undefined);
  const found = [...(await scriptChecks(read)), ...(await pythonChecks(read))];
  if ((await read("Cargo.toml")) !== undefined) found.push({ name: "cargo-test", run: ["cargo", "test"] });
  if ((await read("go.mod")) !== undefined) found.push({ name: "go-test", run: ["go", "test", "./..."] });
  if (found.length > 0) return found;
  const makefile = (await read("Makefile")) ?? (await read("makefile")) ?? "";
  return /^test\s*:/m.test(makefile) ? [{ name: "test", run: ["make", "test"] }] : [];
}

type Read = (name: string) => Promise<string | undefined>;

async function scriptChecks(read: Read): Promise<DetectedCheck[]> {
  const scripts = parseScripts((await read("package.json")) ?? "");
  let manager = "npm";
  for (const [file, name] of LOCKS) if ((await read(file)) !== undefined) manager = name;
  return ["test", "lint"]
    .filter((name) => scripts.includes(name))
    .map((name) => ({ name, run: [manager, "run", name] }));
}

async function pythonChecks(read: Read): Promise<readonly DetectedCheck[]> {
  const pytest = { name: "pytest", run: ["python3", "-m", "pytest", "-q"] };
  if ((await read("pytest.ini")) !== undefined) return [pytest];
  const settings = `${(await read("pyproject.toml")) ?? ""}${(await read("setup.cfg")) ?? ""}${(await read("tox.ini")) ?? ""}`;
  return settings.includes("pytest") ? [pytest] : [];
}
