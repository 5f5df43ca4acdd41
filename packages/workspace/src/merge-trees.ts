import type { CommitSha } from "@orch/core";

import type { Bare } from "./bare.ts";
import type { Context } from "./context.ts";
import { failed } from "./git.ts";

/** What a merge of two commits comes to, computed from objects alone. */
export type MergedTrees =
  | { readonly kind: "tree"; readonly tree: string }
  /** Sorted as git names them, each once. */
  | { readonly kind: "conflict"; readonly files: readonly string[] };

/** Merges two commits without a working tree; their best common ancestor is the base. @throws `git_failed` */
export async function mergeTrees(
  context: Context,
  { bare, ours, theirs }: { readonly bare: Bare; readonly ours: CommitSha; readonly theirs: CommitSha },
): Promise<MergedTrees> {
  const args = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs];
  const output = await context.git.run(args, { gitDir: bare.gitDir });
  if (output.exitCode > 1) throw failed(args, output);
  const [tree = "", ...files] = output.stdout
    .toString("utf8")
    .split("\0")
    .filter((part) => part !== "");
  return output.exitCode === 0 ? { kind: "tree", tree } : { kind: "conflict", files: [...new Set(files)] };
}
