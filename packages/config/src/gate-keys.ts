import { cautionKinds, cautionMeanings, type CautionKind } from "@orch/core";
import { z } from "zod";

import { defaults } from "./defaults.ts";
import { bytes, count, key, words } from "./written-values.ts";

const allowed = (kind: CautionKind) =>
  key(words, `Glob patterns of paths that may change ${cautionMeanings[kind]} without a person.`);

/** What needs nobody all the same, by kind. */
export const allow = z.strictObject(
  Object.fromEntries(cautionKinds.map((kind) => [kind, allowed(kind)])) as Record<
    CautionKind,
    ReturnType<typeof allowed>
  >,
);

/** The publish gate (SECURITY D8). */
export const gate = z.strictObject({
  mode: key(
    z.enum(["off", "warn", "enforce"], "must be off, warn or enforce"),
    "A pull request whose result is not done by the definition: nothing, a note in it, or a person has to look first.",
    defaults.gate.mode,
  ),
  protected_paths: key(
    words,
    "Glob patterns of paths that need a person. A project's file can only add to it.",
    defaults.gate.protected_paths,
  ),
  lockfiles: key(
    words,
    "Glob patterns of lockfiles: a change of one is merged by a person only. A project's file can only add to it.",
    defaults.gate.lockfiles,
  ),
  scripts: key(
    words,
    "The same for files that package managers run, or that say what they run; the scripts of `package.json` and its like are always looked at. A project's file can only add to it.",
    defaults.gate.scripts,
  ),
  allow: key(
    allow,
    "What needs no person all the same; single repositories: `policy.repo_overrides`. Not in a project's file.",
  ),
  max_files: key(count, "Most files that a change may touch.", defaults.gate.max_files),
  max_bytes: key(bytes, "Most bytes that a change may add or alter.", defaults.gate.max_bytes),
  max_file_bytes: key(bytes, "Most bytes of one added or altered file.", defaults.gate.max_file_bytes),
});
