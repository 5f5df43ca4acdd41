import { isDeepStrictEqual } from "node:util";

import { DEVELOPMENT_MEMBERS } from "../source-kinds.ts";
import type { Violation } from "../violation.ts";
import type { Manifest, Workspace } from "../workspace.ts";

const SOURCE_EXPORT = { "@orch/source": "./src/index.ts", default: "./dist/index.mjs" };
const PUBLISHED_EXPORT = { types: "./dist/index.d.mts", default: "./dist/index.mjs" };

/** Every member is private, or carries all that a published package needs. */
export function checkManifests(workspace: Workspace): readonly Violation[] {
  return workspace.members.flatMap((member) =>
    problems(member.manifest).map((message) => ({
      where: `${member.folder}/package.json`,
      message,
    })),
  );
}

function problems(manifest: Manifest): readonly string[] {
  const found = commonProblems(manifest);
  if (DEVELOPMENT_MEMBERS.has(manifest.name)) {
    return manifest.private === true ? found : [...found, "must be private"];
  }
  return manifest.private === true ? found : [...found, ...publishingProblems(manifest)];
}

function commonProblems(manifest: Manifest): readonly string[] {
  const found: string[] = [];
  if (!/^@orch\/[a-z][a-z-]*$/.test(manifest.name)) found.push("name must be @orch/<name>");
  if (manifest.type !== "module") found.push('needs "type": "module"');
  if (manifest.license !== "MIT") found.push('needs "license": "MIT"');
  if (manifest.engines?.node !== ">=24") found.push('needs "engines": { "node": ">=24" }');
  if ((manifest.description ?? "").length < 10) found.push("needs a description");
  return found;
}

function publishingProblems(manifest: Manifest): readonly string[] {
  const found: string[] = [];
  const isApp = manifest.exports === undefined;
  if (!isDeepStrictEqual(manifest.files?.toSorted(), ["README.md", "dist"])) {
    found.push('needs "files": ["dist", "README.md"]');
  }
  if (manifest.scripts?.["build"] !== "tsdown") found.push('needs the script "build": "tsdown"');
  if (isApp) return found;
  if (manifest.sideEffects !== false) found.push('needs "sideEffects": false');
  if (!isDeepStrictEqual(manifest.exports["."], SOURCE_EXPORT)) {
    found.push(`exports["."] must be ${JSON.stringify(SOURCE_EXPORT)}`);
  }
  if (!isDeepStrictEqual(manifest.publishConfig?.exports?.["."], PUBLISHED_EXPORT)) {
    found.push(`publishConfig.exports["."] must be ${JSON.stringify(PUBLISHED_EXPORT)}`);
  }
  return found;
}
