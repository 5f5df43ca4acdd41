import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { parse } from "yaml";

/** The fields of a package.json that the checks look at. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: boolean | readonly string[];
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly publishConfig?: { readonly exports?: Readonly<Record<string, unknown>> };
  readonly engines?: { readonly node?: string };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A text file, by its path from the root of the checkout with forward slashes. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** A workspace member. */
export interface Member {
  /** Path from the root, such as `packages/core`. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** TypeScript files below `src` and `test`. */
  readonly sources: readonly TextFile[];
  readonly readme: string | undefined;
}

/** Everything the checks read, so that a test can plant a whole repository in memory. */
export interface Workspace {
  readonly members: readonly Member[];
  /** Markdown files of the root and of `docs`, `.github` and the members. */
  readonly documents: readonly TextFile[];
  /** Every path that a document may link to. */
  readonly paths: ReadonlySet<string>;
}

/** Reads the checkout at `root`. */
export function readWorkspace(root: string): Workspace {
  const manifests = memberPatterns(root)
    .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }))
    .toSorted();
  const paths = new Set(globSync("**/*", { cwd: root, exclude: ["**/node_modules", "**/dist", ".git", ".cache"] }));
  for (const path of globSync(".{ci,github,changeset}/**", { cwd: root })) paths.add(path);
  return {
    members: manifests.map((manifest) => readMember(root, dirname(manifest))),
    documents: [...paths]
      .filter((path) => path.endsWith(".md") && !path.startsWith("prompts/templates/"))
      .filter((path) => !path.includes("__fixtures__") && !path.endsWith("CHANGELOG.md"))
      .map((path) => readText(root, path)),
    paths,
  };
}

function memberPatterns(root: string): readonly string[] {
  const text = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8");
  return (parse(text) as { packages: string[] }).packages;
}

function readMember(root: string, folder: string): Member {
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
  const readme = join(root, folder, "README.md");
  return {
    folder,
    manifest,
    sources: globSync(`${folder}/{src,test}/**/*.{ts,tsx}`, { cwd: root })
      .filter((path) => !path.includes("__fixtures__"))
      .toSorted()
      .map((path) => readText(root, path)),
    readme: existsSync(readme) ? readFileSync(readme, "utf8") : undefined,
  };
}

function readText(root: string, path: string): TextFile {
  return { path, text: readFileSync(join(root, path), "utf8") };
}
