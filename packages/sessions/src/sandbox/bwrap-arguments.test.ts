import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { bwrapArguments, type SandboxPlan } from "./bwrap-arguments.ts";

/** A home that is hidden, with a clone that is open, with a folder that is hidden again. */
async function plan(): Promise<{ root: string; plan: SandboxPlan }> {
  const root = await tempFolder();
  const home = join(root, "home");
  const cwd = join(home, "clone");
  await mkdir(join(cwd, "secret"), { recursive: true });
  const hide = [join(cwd, "secret"), home, join(root, "missing")];
  const rules = { mode: "bwrap", write: [cwd], hide, read: [join(root, "missing")], network: false } as const;
  return { root, plan: { rules, cwd, tmp: join(root, "private"), hide: [] } };
}

test("mounts the outer path before the inner one, and passes over what is missing", async () => {
  const { root, plan: given } = await plan();
  const mounts = bwrapArguments(given).join(" ").replaceAll(root, "");
  const inOrder = ["--tmpfs /home ", "--bind-try /home/clone /home/clone ", "--tmpfs /home/clone/secret ", "--chdir"];
  expect(inOrder.map((each) => mounts.indexOf(each))).toEqual(
    inOrder.map((each) => mounts.indexOf(each)).toSorted((left, right) => left - right),
  );
  expect(mounts).toContain(inOrder[0]);
  expect(mounts).not.toContain("missing");
});

test("makes the links on the way to what may be read, where they are hidden", async () => {
  const { root, plan: given } = await plan();
  const tool = join(root, "home", "tools", "2.1");
  await mkdir(join(tool, "bin"), { recursive: true });
  await symlink("tools/2.1", join(root, "home", "current"));
  await symlink(tool, join(given.cwd, "seen"));
  await symlink("home/tools", join(root, "beside"));
  const read = [join(root, "home/current/bin"), join(given.cwd, "seen/bin"), join(root, "beside/2.1/bin")];
  const made = (...hide: readonly string[]): unknown => {
    const args = bwrapArguments({ ...given, rules: { ...given.rules, hide, read } });
    return args.flatMap((word, index) => (word === "--symlink" ? [[args[index + 2], args[index + 1]]] : []));
  };
  const current = [join(root, "home/current"), tool];
  expect(made(join(root, "home"), root)).toEqual([current, [join(root, "beside"), join(root, "home/tools")]]);
  // What is not hidden is there, and the session's own /tmp is kept: no link is made twice.
  expect(made(join(root, "home"))).toEqual([current]);
});

test("orch's own folders stay hidden, even from rules that open them", async () => {
  const { plan: given } = await plan();
  const args = bwrapArguments({ ...given, hide: [given.cwd] }).join(" ");
  expect(args).toContain(`--tmpfs ${given.cwd}`);
  expect(args).not.toContain(`--bind-try ${given.cwd} `);
});

test("cuts the network only when it is not allowed", async () => {
  const { plan: given } = await plan();
  expect(bwrapArguments(given)).toContain("--unshare-net");
  const open = { ...given, rules: { ...given.rules, network: true } };
  expect(bwrapArguments(open)).not.toContain("--unshare-net");
});
