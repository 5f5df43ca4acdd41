import { posix } from "node:path";

import type { CommitSha, ProjectSettings, RangeRequest } from "@orch/core";

import { openBare } from "./bare.ts";
import type { Context } from "./context.ts";
import { PLAIN_DIFF } from "./diff-stat.ts";
import { failed } from "./git.ts";

const REGULAR = /^100(?:644|755) blob ([0-9a-f]+)\t/;

/** Text files at a commit, by path as it was asked for; what is absent, a link, a folder or binary is left out. */
export async function readFilesAt(
  context: Context,
  request: {
    readonly project: ProjectSettings;
    readonly commit: CommitSha;
    readonly paths: readonly string[];
    readonly maxBytes: number;
  },
): Promise<Readonly<Record<string, string>>> {
  const bare = await openBare(context, request.project);
  const found: [string, string][] = [];
  const inside = request.paths
    .filter((path) => path !== "" && !path.startsWith("/") && !path.split("/").includes(".."))
    .map((asked) => ({ asked, path: posix.normalize(asked) }));
  if (inside.length === 0) return {};
  const listed = await bare.text([
    "ls-tree",
    "-z",
    "--full-tree",
    request.commit,
    "--",
    ...inside.map(({ path }) => path),
  ]);
  const objects = new Map(listed.split("\0").map((row) => [row.slice(row.indexOf("\t") + 1), REGULAR.exec(row)?.[1]]));
  for (const { asked, path } of inside) {
    const object = objects.get(path);
    if (object === undefined) continue;
    const output = await context.git.run(["cat-file", "blob", object], {
      gitDir: bare.gitDir,
      maxBytes: request.maxBytes,
    });
    if (!output.stdout.includes(0)) found.push([asked, wholeText(output.stdout)]);
  }
  return Object.fromEntries(found);
}

/** Paths of the tree at a commit. */
export async function listFilesAt(
  context: Context,
  request: { readonly project: ProjectSettings; readonly commit: CommitSha; readonly limit: number },
): Promise<readonly string[]> {
  const { gitDir } = await openBare(context, request.project);
  const args = ["ls-tree", "-r", "-z", "--name-only", "--full-tree", request.commit];
  const output = await context.git.run(args, { gitDir });
  if (output.exitCode !== 0) throw failed(args, output);
  return output.stdout.toString("utf8").split("\0").slice(0, -1).slice(0, request.limit);
}

/** The unified diff of a range, from where its ends parted. */
export async function diffOf(context: Context, request: RangeRequest & { readonly maxBytes: number }): Promise<string> {
  const bare = await openBare(context, request.project);
  const from = (await bare.mergeBase(request.base, request.commit)) ?? request.base;
  const args = ["diff-tree", "-r", "--patch", "-M", "--full-index", ...PLAIN_DIFF, from, request.commit];
  const output = await context.git.run(args, { gitDir: bare.gitDir, maxBytes: request.maxBytes });
  if (output.exitCode !== 0) throw failed(args, output);
  return wholeText(output.stdout);
}

/** The history of a commit, newest first, one line each. */
export async function logOf(
  context: Context,
  request: { readonly project: ProjectSettings; readonly commit: CommitSha; readonly limit: number },
): Promise<readonly string[]> {
  const bare = await openBare(context, request.project);
  const args = ["log", "-z", "--no-show-signature", `--max-count=${request.limit}`, "--format=%h %s", request.commit];
  return (await bare.text(args)).split("\0").filter((line) => line.trim() !== "");
}

/** Text without the half character that a cut may have left at its end. */
function wholeText(bytes: Buffer): string {
  return new TextDecoder().decode(bytes, { stream: true });
}
