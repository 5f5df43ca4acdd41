import { posix } from "node:path";

import type { CommitSha, GateFinding, GateRules, Inspection, RangeRequest } from "@orch/core";

import { openBare, type Bare } from "./bare.ts";
import { findCautions } from "./cautions.ts";
import type { Context } from "./context.ts";
import { PLAIN_DIFF, rawChanges, type RawChange } from "./diff-stat.ts";
import { foldedPath, matchesGlob } from "./glob.ts";
import { addedLines } from "./patch.ts";

const LINK = "120000";
const GITLINK = "160000";
const MOST_LINKS = 200;
const MOST_FINDINGS = 200;
const MOST_PATCH = 16 * 1024 * 1024;
/** Controls, changes of direction, spaces without width, tags; joiners are parts of words and emoji. */
const UNSEEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;
/** git's own folder, also by the short name that Windows gives it. */
const GIT_FOLDERS: readonly string[] = [".git", "git~1"];
const MESSAGES = "(commit message)";

interface Range {
  readonly bare: Bare;
  readonly rules: GateRules;
  readonly from: CommitSha;
  readonly to: CommitSha;
  readonly changes: readonly RawChange[];
}

/** The publish gate: what in a range needs a person. Every commit is looked at, not only the end: all of them get published. */
export async function inspectRange(context: Context, request: RangeRequest): Promise<Inspection> {
  const bare = await openBare(context, request.project);
  const from = (await bare.mergeBase(request.base, request.commit)) ?? request.base;
  const pair = { gitDir: bare.gitDir, from, to: request.commit };
  const changes = await rawChanges(context.git, pair);
  const range = { bare, rules: request.project.gate, from, to: request.commit, changes };
  const found = [
    ...protectedPaths(range),
    ...(await unsafeEntries(context, range)),
    ...(await sizes(context, range)),
    ...(await secrets(context, range)),
  ];
  if (found.length > 0) return { findings: found.slice(0, MOST_FINDINGS), cautions: [] };
  const { gitDir } = bare;
  return { findings: [], cautions: await findCautions(context.git, { gitDir, rules: range.rules, changes }) };
}

function protectedPaths({ changes, rules }: Range): readonly GateFinding[] {
  return changes.flatMap(({ path }) => {
    const pattern = rules.protectedPaths.find((one) => matchesGlob(path, one));
    return pattern === undefined
      ? []
      : [{ reason: "protected_path", path, detail: `The path is protected by ${pattern}.` }];
  });
}

async function unsafeEntries(context: Context, range: Range): Promise<readonly GateFinding[]> {
  const found: GateFinding[] = [];
  const links = range.changes.filter(({ newMode }) => newMode === LINK);
  for (const { path, newObject } of links.slice(0, MOST_LINKS)) {
    const options = { gitDir: range.bare.gitDir, maxBytes: 4096 };
    const target = (await context.git.run(["cat-file", "blob", newObject], options)).stdout.toString("utf8");
    if (!staysInside(path, target)) found.push(unsafe(path, "The link leads out of the tree."));
  }
  if (links.length > MOST_LINKS)
    found.push(unsafe(links[MOST_LINKS]?.path ?? "", "There are too many links to look at."));
  for (const { path, oldMode, newMode } of range.changes) {
    if (newMode === GITLINK && oldMode !== GITLINK)
      found.push(unsafe(path, "A repository inside the repository is new."));
    if (UNSEEN.test(path)) found.push(unsafe(path, "The file name holds characters that nobody sees."));
  }
  return found;
}

/**
 * True when a link can't lead out of the tree, whatever other links there are: relative, `..` only at its beginning and
 * no more of them than the link's folder is deep, and never into `.git`.
 */
export function staysInside(path: string, target: string): boolean {
  if (target === "" || target.startsWith("/") || target.includes("\\") || target.includes("\0")) return false;
  const parts = target.split("/").filter((part) => part !== "" && part !== ".");
  const ups = parts.findIndex((part) => part !== "..");
  const down = ups === -1 ? [] : parts.slice(ups);
  const depth = posix.dirname(path) === "." ? 0 : posix.dirname(path).split("/").length;
  if (down.includes("..") || (ups === -1 ? parts.length : ups) > depth) return false;
  return !down.some((part) => GIT_FOLDERS.includes(foldedPath(part)));
}

async function sizes(context: Context, range: Range): Promise<readonly GateFinding[]> {
  const { changes, rules, bare } = range;
  const found: GateFinding[] = [];
  if (changes.length > rules.maxFiles)
    found.push(large("", `${changes.length} files changed; the gate allows ${rules.maxFiles}.`));
  const blobs = changes.filter(({ newMode }) => newMode !== "000000" && newMode !== GITLINK);
  const input = blobs.map(({ newObject }) => `${newObject}\n`).join("");
  const checked = await context.git.text(["cat-file", "--batch-check=%(objectsize)"], { gitDir: bare.gitDir, input });
  let total = 0;
  for (const [index, line] of (input === "" ? [] : checked.split("\n")).entries()) {
    const size = Number(line) || 0;
    total += size;
    if (size > rules.maxFileBytes)
      found.push(large(blobs[index]?.path ?? "", `The file has ${size} bytes; the gate allows ${rules.maxFileBytes}.`));
  }
  if (total > rules.maxBytes) found.push(large("", `${total} bytes changed; the gate allows ${rules.maxBytes}.`));
  return found;
}

async function secrets(context: Context, range: Range): Promise<readonly GateFinding[]> {
  const { bare, from, to } = range;
  const revisions = `${from}..${to}`;
  const plain = [
    "--patch",
    "--text",
    "--unified=0",
    "--no-renames",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    ...PLAIN_DIFF,
  ];
  const options = { gitDir: bare.gitDir, maxBytes: MOST_PATCH };
  // Each commit by itself, and the whole: merges show their own changes only there.
  const each = await context.git.run(["log", "--format=", "--diff-merges=off", ...plain, revisions], options);
  const whole = await context.git.run(["diff-tree", "-r", ...plain, from, to], options);
  const messages = await context.git.run(["log", "--format=%an <%ae>%n%B", revisions], options);
  const texts: [string, string][] = [
    [MESSAGES, messages.stdout.toString("utf8")],
    ...range.changes.map(({ path }): [string, string] => [path, path]),
    ...addedLines(each.stdout.toString("utf8")),
    ...addedLines(whole.stdout.toString("utf8")),
  ];
  const found = new Map<string, GateFinding>();
  for (const [path, text] of texts) {
    for (const { rule } of await context.redactor.search(text)) {
      found.set(`${rule}\0${path}`, {
        reason: "secret_found",
        path,
        detail: `Something like a secret (${rule}) was added.`,
      });
    }
  }
  const cut = each.truncated || whole.truncated || messages.truncated;
  return [...found.values(), ...(cut ? [large("", "The change is too large to be searched for secrets.")] : [])];
}

function unsafe(path: string, detail: string): GateFinding {
  return { reason: "unsafe_tree", path, detail };
}

function large(path: string, detail: string): GateFinding {
  return { reason: "too_large", path, detail };
}
