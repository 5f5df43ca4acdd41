import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

import type { Manifest, Member } from "../workspace.ts";

/** A fenced block of TypeScript in a README. */
export interface Example {
  /** The README's path from the root of the checkout. */
  readonly readme: string;
  /** The line in the README on which the code begins, from 1. */
  readonly line: number;
  readonly code: string;
}

/** Every `ts` block of the members' READMEs. */
export function examplesOf(members: readonly Pick<Member, "folder" | "readme">[]): readonly Example[] {
  return members.flatMap(({ folder, readme = "" }) =>
    [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
      readme: `${folder}/README.md`,
      line: readme.slice(0, match.index).split("\n").length + 1,
      code: match[1] ?? "",
    })),
  );
}

/** Where the type check of examples happens. */
export interface ExampleCheck {
  /** The checkout, whose compiler and sources are used. */
  readonly root: string;
  /** An ignored folder inside it; made anew. */
  readonly folder: string;
  readonly members: readonly Pick<Member, "folder" | "manifest">[];
}

/** Type-checks all examples in one run of the compiler, against the members' sources. Gives its complaints about them. */
export function checkExamples(examples: readonly Example[], check: ExampleCheck): readonly string[] {
  const { root, folder } = check;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const names = examples.map(({ readme, line }) => `${readme.replaceAll(/[^A-Za-z0-9]+/g, "-")}-${line}.ts`);
  // Blank lines in front, so that the compiler counts as the README does.
  for (const [index, { line, code }] of examples.entries()) {
    writeFileSync(join(folder, names[index] ?? ""), "\n".repeat(line - 1) + code);
  }
  const config = {
    extends: join(relative(folder, root), "tsconfig.json"),
    compilerOptions: {
      paths: sourcePaths(check),
      typeRoots: [join(relative(folder, root), "node_modules/@types")],
      // An example may show a value without using it.
      noUnusedLocals: false,
      incremental: false,
      tsBuildInfoFile: null,
    },
    include: ["*.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config, null, 2));
  const places = new Map(names.map((name, index) => [name, examples[index]?.readme ?? ""]));
  return compile(root, folder)
    .split("\n")
    .flatMap((line) => complaint(line, places));
}

/** A compiler's line about an example, with the README's path. What it says of other sources is the business of `types`. */
function complaint(line: string, places: ReadonlyMap<string, string>): readonly string[] {
  if (line.startsWith("error TS")) return [line];
  const [, name = "", rest = ""] = /([^/(]+)(\(\d+,\d+\): error TS\d+: .*)$/.exec(line) ?? [];
  const readme = places.get(name);
  return readme === undefined ? [] : [`${readme}${rest}`];
}

function compile(root: string, folder: string): string {
  try {
    const args = [join(root, "node_modules/typescript/bin/tsc"), "--pretty", "false", "-p", folder];
    return execFileSync(process.execPath, args, { encoding: "utf8", cwd: root, timeout: 60_000 });
  } catch (error) {
    if (error instanceof Error && "stdout" in error && typeof error.stdout === "string") return error.stdout;
    throw error;
  }
}

/** What the members' entry points are called, and where their sources are. */
function sourcePaths({ root, folder, members }: ExampleCheck): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    members.flatMap((member) =>
      entriesOf(member.manifest).map(([name, source]) => [
        name,
        [join(relative(folder, root), member.folder, source)] as const,
      ]),
    ),
  );
}

function entriesOf({ name, exports = {} }: Manifest): readonly (readonly [string, string])[] {
  return Object.entries(exports).flatMap(([key, entry]) => {
    if (typeof entry !== "object" || entry === null || !("@orch/source" in entry)) return [];
    const source = entry["@orch/source"];
    return typeof source === "string" ? [[name + key.slice(1), source] as const] : [];
  });
}
