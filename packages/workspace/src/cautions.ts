import { isUtf8 } from "node:buffer";
import { posix } from "node:path";
import { isDeepStrictEqual } from "node:util";

import type { CautionKind, CautiousFile, GateRules } from "@orch/core";

import type { RawChange } from "./diff-stat.ts";
import type { Git } from "./git.ts";
import { foldedPath, matchesGlob } from "./glob.ts";

const REGULAR = "100644";
const EXECUTABLE = "100755";
const LINK = "120000";
const GITLINK = "160000";
const ABSENT = "000000";
const MOST_OLD_BYTES = 16 * 1024 * 1024;

const MODES: Readonly<Record<string, string>> = {
  [ABSENT]: "absent",
  [REGULAR]: "a plain file",
  [EXECUTABLE]: "executable",
  [LINK]: "a link",
  [GITLINK]: "a repository",
};

/** Keys of manifests that say what is run when packages are installed, built or committed, by the file's name. */
const MANIFESTS: Readonly<Record<string, readonly string[]>> = {
  "package.json": [
    "scripts",
    "gypfile",
    "packageManager",
    "pnpm",
    "dependenciesMeta",
    "trustedDependencies",
    "husky",
    "lint-staged",
    "simple-git-hooks",
  ],
  "composer.json": ["scripts", "config"],
  "deno.json": ["tasks"],
};

/** A change in the daemon's repository, as far as it is looked at here. */
export interface CautionInput {
  readonly gitDir: string;
  readonly rules: GateRules;
  readonly changes: readonly RawChange[];
}

/** What a person has to see in a change before it is merged. Contents alone decide what is binary; no attribute of the tree counts. */
export async function findCautions(
  git: Git,
  { gitDir, rules, changes }: CautionInput,
): Promise<readonly CautiousFile[]> {
  const contents = changes.filter(hasNewContent(changes));
  const manifests = changes.filter(({ path }) => keysOf(path) !== undefined);
  const objects = [...contents.map(({ newObject }) => newObject), ...manifests.flatMap(sidesOf)];
  const blobs = await readBlobs(git, { gitDir, objects, maxBytes: rules.maxBytes + MOST_OLD_BYTES });
  const found: CautiousFile[] = [
    ...inLists(changes, rules),
    ...manifests.flatMap((change) => manifestCaution(change, blobs)),
    ...contents.flatMap(({ path, newObject }) =>
      isText(blobs.get(newObject)) ? [] : [{ kind: "binary" as const, path }],
    ),
    ...changes.flatMap(modeCaution),
  ];
  return found.filter(({ kind, path }) => !(rules.allowed?.[kind] ?? []).some((one) => matchesGlob(path, one)));
}

function inLists(changes: readonly RawChange[], rules: GateRules): readonly CautiousFile[] {
  const lists: readonly (readonly [CautionKind, readonly string[]])[] = [
    ["lockfile", rules.lockfiles ?? []],
    ["script", rules.scripts ?? []],
  ];
  return lists.flatMap(([kind, patterns]) =>
    changes.flatMap(({ path }) => (patterns.some((one) => matchesGlob(path, one)) ? [{ kind, path }] : [])),
  );
}

/** Files whose bytes are new to the tree: what has only moved was there before. */
function hasNewContent(changes: readonly RawChange[]): (change: RawChange) => boolean {
  const known = new Set(changes.map(({ oldObject }) => oldObject));
  return ({ newMode, newObject }) => (newMode === REGULAR || newMode === EXECUTABLE) && !known.has(newObject);
}

function isText(bytes: Buffer | undefined): boolean {
  return bytes !== undefined && !bytes.includes(0) && isUtf8(bytes);
}

function modeCaution({ path, oldMode, newMode, oldObject, newObject }: RawChange): readonly CautiousFile[] {
  const now = MODES[newMode] ?? newMode;
  if (oldMode === newMode) {
    const pointsElsewhere = (newMode === LINK || newMode === GITLINK) && oldObject !== newObject;
    return pointsElsewhere ? [{ kind: "mode", path, what: `${now} that leads elsewhere` }] : [];
  }
  if (newMode === ABSENT || (oldMode === ABSENT && newMode === REGULAR)) return [];
  return [
    {
      kind: "mode",
      path,
      what: oldMode === ABSENT ? `new, ${now}` : `${MODES[oldMode] ?? oldMode} before, now ${now}`,
    },
  ];
}

function keysOf(path: string): readonly string[] | undefined {
  const name = foldedPath(posix.basename(path));
  return Object.hasOwn(MANIFESTS, name) ? MANIFESTS[name] : undefined;
}

function sidesOf({ oldMode, oldObject, newMode, newObject }: RawChange): readonly string[] {
  return [...(isFile(oldMode) ? [oldObject] : []), ...(isFile(newMode) ? [newObject] : [])];
}

function isFile(mode: string): boolean {
  return mode === REGULAR || mode === EXECUTABLE;
}

function manifestCaution(change: RawChange, blobs: ReadonlyMap<string, Buffer>): readonly CautiousFile[] {
  const { path } = change;
  const before = parsed(isFile(change.oldMode), blobs.get(change.oldObject));
  const after = parsed(isFile(change.newMode), blobs.get(change.newObject));
  if (before === undefined || after === undefined) return [{ kind: "script", path, what: "can't be read" }];
  const changed = (keysOf(path) ?? []).filter((key) => !isDeepStrictEqual(before[key], after[key]));
  return changed.length === 0 ? [] : [{ kind: "script", path, what: changed.join(", ") }];
}

/** A manifest's keys; none where there is no file, undefined where it can't be understood. */
function parsed(isThere: boolean, bytes: Buffer | undefined): Readonly<Record<string, unknown>> | undefined {
  if (!isThere) return {};
  try {
    const value: unknown = JSON.parse(bytes?.toString("utf8").replace(/^\uFEFF/, "") ?? "");
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Contents by object name; what does not fit in `maxBytes` is left out. */
async function readBlobs(
  git: Git,
  request: { readonly gitDir: string; readonly objects: readonly string[]; readonly maxBytes: number },
): Promise<ReadonlyMap<string, Buffer>> {
  const blobs = new Map<string, Buffer>();
  const { gitDir, objects, maxBytes } = request;
  if (objects.length === 0) return blobs;
  const input = [...new Set(objects)].map((object) => `${object}\n`).join("");
  const { stdout } = await git.run(["cat-file", "--batch"], { gitDir, input, maxBytes });
  for (let at = 0; at < stdout.length;) {
    const end = stdout.indexOf("\n", at);
    const [object = "", , size = ""] = stdout.toString("latin1", at, Math.max(end, at)).split(" ");
    const start = end + 1;
    const next = start + Number(size);
    if (end === -1 || !/^\d+$/.test(size) || next > stdout.length) break;
    blobs.set(object, stdout.subarray(start, next));
    at = next + 1;
  }
  return blobs;
}
