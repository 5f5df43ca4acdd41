import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { loadConfig } from "@orch/config";
import {
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  parseTaskId,
  silentLogger,
  systemClock,
  unwrap,
  type CommitSha,
  type Inspection,
} from "@orch/core";
import { createRedactor } from "@orch/security";
import { gitRepository, projectOf, repositoryAt, tempFolder, type TestRepository } from "@orch/testing";
import { createWorkspace } from "@orch/workspace";
import { expect, test } from "vitest";

import { GUARDED, HARMLESS, type Content, type Files, type GateCase } from "./publish-gate-cases.ts";

async function place(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) await placeOne(join(root, path), content);
}

async function placeOne(full: string, content: Content): Promise<void> {
  if (typeof content === "object" && "repository" in content) return commitInside(full, content.repository);
  await rm(full, { recursive: true, force: true });
  if (content === undefined) return;
  await mkdir(dirname(full), { recursive: true });
  if (typeof content === "string" || Buffer.isBuffer(content)) return writeFile(full, content);
  if ("link" in content) return symlink(content.link, full);
  await writeFile(full, content.program);
  await chmod(full, 0o755);
}

async function commitInside(folder: string, message: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const inner = repositoryAt(folder);
  await inner.git("init", "--quiet");
  await inner.git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-m", message);
}

async function commit(
  clone: TestRepository,
  { message = "work", author = "Agent" }: Partial<GateCase>,
): Promise<CommitSha> {
  await clone.git("add", "--all");
  await clone.git("-c", `user.name=${author}`, "commit", "--quiet", "--allow-empty", "-m", message);
  return unwrap(parseCommitSha(await clone.git("rev-parse", "HEAD")));
}

interface Judged {
  readonly what: string;
  readonly said: readonly string[];
}

function saidOf({ findings, cautions }: Inspection): readonly string[] {
  return [
    ...findings.map(({ reason, path }) => `${reason} ${path}`),
    ...cautions.map(({ kind, path }) => `${kind} ${path}`),
  ];
}

/** What the gate says of each change, with the rules that hold where nobody says otherwise. */
async function judge(cases: readonly GateCase[]): Promise<readonly Judged[]> {
  const home = join(await tempFolder(), "home");
  const { config } = unwrap(await loadConfig({ home, env: {} }));
  const user = await gitRepository();
  const project = { ...projectOf(user.path), gate: config.gate };
  const redactor = createRedactor({ secrets: [] });
  const workspace = createWorkspace({ home, clock: systemClock, logger: silentLogger, redactor });
  const attempt = { project: unwrap(parseProjectId("acme/app")), id: unwrap(parseTaskId("7")), attempt: 1 };
  const branch = unwrap(parseBranchName("gh-task-7-sample"));
  const clone = await workspace.prepare({ project, attempt, branch });
  const git = repositoryAt(clone.path);

  for (const { before = {} } of cases) await place(clone.path, before);
  let base = await commit(git, { message: "before" });
  const ranges: { readonly what: string; readonly base: CommitSha; readonly commit: CommitSha }[] = [];
  for (const one of cases) {
    if (one.passing !== undefined) {
      await place(clone.path, one.passing);
      await commit(git, {});
    }
    await place(clone.path, one.after);
    const made = await commit(git, one);
    ranges.push({ what: one.what, base, commit: made });
    base = made;
  }
  expect(await workspace.collect({ project, clone })).toMatchObject({ kind: "collected" });
  const judged: Judged[] = [];
  for (const { what, ...range } of ranges) {
    judged.push({ what, said: saidOf(await workspace.inspect({ project, ...range })) });
  }
  return judged;
}

const wanted = (cases: readonly GateCase[]): readonly Judged[] =>
  cases.map(({ what, finds }) => ({ what, said: finds }));

test(`the gate finds what is in each of ${GUARDED.length} changes, and no more`, { timeout: 120_000 }, async () => {
  expect(GUARDED.length).toBeGreaterThanOrEqual(60);
  expect(await judge(GUARDED)).toEqual(wanted(GUARDED));
});

test(`the gate finds nothing in ${HARMLESS.length} changes that look like them`, { timeout: 120_000 }, async () => {
  expect(HARMLESS.length).toBeGreaterThanOrEqual(60);
  expect(await judge(HARMLESS)).toEqual(wanted(HARMLESS));
});
