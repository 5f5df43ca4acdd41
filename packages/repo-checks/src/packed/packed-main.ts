// Packs the packages that a stranger would import first, installs the tarballs in an empty project, and runs each
// README's example there. Needs the builds; asks no registry.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { findRoot } from "../find-root.ts";
import { readWorkspace } from "../workspace.ts";
import { installPacked, runExample } from "./stranger.ts";

/** Folders of members, those that others need first. */
const PACKED = ["packages/core", "packages/parser", "packages/config", "packages/router"];

const root = findRoot(import.meta.dirname);
const workspace = readWorkspace(root);
const members = PACKED.map((folder) => {
  const member = workspace.members.find((candidate) => candidate.folder === folder);
  if (member === undefined) throw new RangeError(`there is no member in ${folder}`);
  return member;
});
const project = await mkdtemp(join(tmpdir(), "orch-stranger-"));
try {
  await installPacked({ root, project, members });
  for (const member of members) {
    await runExample(project, member);
    process.stdout.write(`${member.manifest.name}: the example of its README runs from its tarball\n`);
  }
} finally {
  await rm(project, { recursive: true, force: true, maxRetries: 3 });
}
