import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { GateRules, Inspection } from "@orch/core";
import { describe, expect, it } from "vitest";

import { repositoryAt } from "../git-repository.ts";
import type { SceneOf } from "./workspace-outcomes.ts";

const rules: GateRules = {
  protectedPaths: [],
  maxFiles: 100,
  maxBytes: 1_000_000,
  maxFileBytes: 100_000,
  lockfiles: ["pnpm-lock.yaml", "Cargo.lock"],
  scripts: [".npmrc", "**/.husky/**", "binding.gyp"],
  allowed: { binary: ["docs/**"], lockfile: ["vendor/**"], mode: ["bin/**"], script: ["examples/**"] },
};

/** Bytes, a link to somewhere, a program, or nothing. */
type Content = string | Buffer | { readonly link: string } | { readonly program: string } | undefined;

const json = (value: object): string => JSON.stringify(value);
const nul = Buffer.from("a\0b");
const latin = Buffer.from([0x63, 0x61, 0x66, 0xe9]);
const late = Buffer.concat([Buffer.from("x".repeat(9000)), Buffer.from([0])]);
const utf16 = Buffer.from("\uFEFFwords", "utf16le");
const before = json({ name: "a", version: "1", scripts: { test: "vitest" }, dependencies: { a: "1" } });

/** A file before, after, and what a person has to see of it: a kind, with what is said beside the path. */
const fixtures: readonly (readonly [string, Content, Content, string?])[] = [
  // Nothing to see.
  ["a.txt", "a", "b"],
  ["new.ts", undefined, "export {};\n"],
  ["gone.txt", "a", undefined],
  ["gone.bin", nul, undefined],
  ["empty.txt", undefined, ""],
  ["umlaut.txt", "ä", "ö ✓ 漢字"],
  ["bom.txt", undefined, "\uFEFFtext"],
  ["crlf.txt", "a\r\n", "b\r\n"],
  ["escape.txt", "a", "\u001B[31m red"],
  ["docs/picture.png", undefined, nul],
  ["docs/deep/old.gif", nul, late],
  ["vendor/Cargo.lock", "a", "b"],
  ["bin/tool", "#!/bin/sh\n", { program: "#!/bin/sh\n" }],
  ["examples/package.json", before, json({ scripts: { postinstall: "x" } })],
  ["my-pnpm-lock.yaml.md", "a", "b"],
  ["lock", "a", "b"],
  ["npmrc", "a", "b"],
  ["husky/x", "a", "b"],
  ["same/program", { program: "a" }, { program: "b" }],
  ["p1/package.json", before, before.replaceAll('"1"', '"2"')],
  ["p2/package.json", undefined, json({ name: "new" })],
  ["p3/package.json", before, before.replaceAll(",", ",\n  ")],
  ["p4/package.json", json({ scripts: { a: "1", b: "2" } }), json({ scripts: { b: "2", a: "1" } })],
  ["p5/package.json", json({ name: "a" }), undefined],
  ["p6/not-package.json", json({}), json({ scripts: { a: "1" } })],
  ["c1/composer.json", json({ require: {} }), json({ require: { a: "1" } })],
  // Lockfiles.
  ["pnpm-lock.yaml", "a", "b", "lockfile"],
  ["apps/one/pnpm-lock.yaml", undefined, "b", "lockfile"],
  ["crates/CARGO.LOCK", "a", "b", "lockfile"],
  ["old/Cargo.lock", "a", undefined, "lockfile"],
  // What package managers run.
  [".npmrc", undefined, "registry=x", "script"],
  ["apps/one/.npmrc", "a", "b", "script"],
  [".husky/pre-commit", "a", "b", "script"],
  ["deep/.husky/_/h", undefined, "b", "script"],
  ["native/binding.gyp", undefined, "{}", "script"],
  ["gone/.npmrc", "a", undefined, "script"],
  ["package.json", before, json({ scripts: { test: "vitest", postinstall: "x" } }), "script: scripts"],
  ["s1/package.json", before, json({ scripts: { test: "other" } }), "script: scripts"],
  ["s2/package.json", undefined, json({ scripts: {} }), "script: scripts"],
  ["s3/package.json", before, json({ name: "a" }), "script: scripts"],
  ["s4/package.json", before, undefined, "script: scripts"],
  ["s5/package.json", json({}), json({ gypfile: true, packageManager: "x@1" }), "script: gypfile, packageManager"],
  ["s6/package.json", json({}), json({ pnpm: { onlyBuiltDependencies: ["a"] } }), "script: pnpm"],
  ["s7/package.json", json({}), json({ trustedDependencies: ["a"] }), "script: trustedDependencies"],
  ["s8/Package.JSON", json({}), json({ scripts: { a: "1" } }), "script: scripts"],
  ["s9/package.json", json({}), '{"scripts": {}, "scripts": {"prepare": "x"}}', "script: scripts"],
  ["s10/package.json", json({}), '{"scripts": ', "script: can't be read"],
  ["s11/package.json", "no json", json({}), "script: can't be read"],
  ["s12/package.json", json({}), "[]", ""],
  ["s13/package.json", json({}), '\uFEFF{"scripts": {"a": "1"}}', "script: scripts"],
  ["c2/composer.json", json({}), json({ config: { "allow-plugins": true } }), "script: config"],
  ["d/deno.json", json({}), json({ tasks: { a: "x" } }), "script: tasks"],
  // Binary files, whatever attributes say.
  ["b.bin", nul, Buffer.from("c\0d"), "binary"],
  ["new.bin", undefined, Buffer.from("e\0f"), "binary"],
  ["was-text.txt", "a", Buffer.from("g\0h"), "binary"],
  ["late.bin", undefined, Buffer.concat([late, late]), "binary"],
  ["latin.txt", "a", latin, "binary"],
  ["utf16.txt", undefined, utf16, "binary"],
  ["forced.dat", undefined, Buffer.from("i\0j"), "binary"],
  // Modes.
  ["m/run.sh", "a", { program: "a" }, "mode: a plain file before, now executable"],
  ["m/new.sh", undefined, { program: "new" }, "mode: new, executable"],
  ["m/less.sh", { program: "a" }, "a", "mode: executable before, now a plain file"],
  ["m/link", undefined, { link: "run.sh" }, "mode: new, a link"],
  ["m/was-file", "a", { link: "run.sh" }, "mode: a plain file before, now a link"],
  ["m/was-link", { link: "run.sh" }, "text", "mode: a link before, now a plain file"],
  ["m/moved-link", { link: "run.sh" }, { link: "new.sh" }, "mode: a link that leads elsewhere"],
  ["m/dropped-link", { link: "run.sh" }, undefined],
];

async function place(root: string, path: string, content: Content): Promise<void> {
  const full = join(root, path);
  await rm(full, { force: true });
  if (content === undefined) return;
  await mkdir(dirname(full), { recursive: true });
  if (typeof content === "string" || Buffer.isBuffer(content)) return writeFile(full, content);
  if ("link" in content) return symlink(content.link, full);
  await writeFile(full, content.program);
  await chmod(full, 0o755);
}

/** What is made of a change, by a gate with the rules of the fixtures. */
type Inspect = (change: (root: string) => Promise<void>, over?: Partial<GateRules>) => Promise<Inspection>;

async function openInspect(sceneOf: SceneOf): Promise<Inspect> {
  const { user, prepare, workspace, project: plain } = await sceneOf({ ".gitattributes": "*.dat diff text\n" });
  for (const [path, content] of fixtures) await place(user.path, path, content);
  await user.commit("before");
  return async (change, over = {}) => {
    const project = { ...plain, gate: { ...rules, ...over } };
    const clone = await prepare();
    await change(clone.path);
    await repositoryAt(clone.path).commit("after");
    const result = await workspace.collect({ project, clone });
    if (result.kind === "refused") throw new Error(result.detail);
    return workspace.inspect({ project, base: clone.baseCommit, commit: result.commit });
  };
}

/** The contract of `inspect` about what a person has to see (SECURITY D8, T25). */
export function describeCautions(name: string, sceneOf: SceneOf): void {
  describe(`${name}: what a person has to see`, () => {
    it(`is found in ${fixtures.length} changes of files, and nothing else is`, async () => {
      const inspect = await openInspect(sceneOf);
      const { findings, cautions } = await inspect(async (root) => {
        for (const [path, , content] of fixtures) await place(root, path, content);
      });
      expect(findings).toEqual([]);
      const wanted = fixtures.flatMap(([path, , , kind = ""]) => (kind === "" ? [] : [`${path} ${kind}`]));
      const seen = cautions.map(({ kind, path, what }) => `${path} ${kind}${what === undefined ? "" : `: ${what}`}`);
      expect(seen.toSorted()).toEqual(wanted.toSorted());
    });

    it("is no file that has only moved, and not looked for where something stops the change", async () => {
      const inspect = await openInspect(sceneOf);
      const moved = await inspect(async (root) => void (await repositoryAt(root).git("mv", "b.bin", "moved.bin")));
      expect(moved).toEqual({ findings: [], cautions: [] });
      const stopped = await inspect((root) => place(root, "pnpm-lock.yaml", "b"), { protectedPaths: ["moved.bin"] });
      expect(stopped).toMatchObject({ findings: [{ reason: "protected_path" }], cautions: [] });
    });
  });
}
