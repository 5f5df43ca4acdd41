import { mkdir } from "node:fs/promises";
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
  const args = bwrapArguments(given);
  const mine = args
    .slice(args.indexOf("/tmp") + 1)
    .join(" ")
    .replaceAll(root, "");
  expect(mine).toContain(
    "--tmpfs /home --bind-try /home/clone /home/clone --tmpfs /home/clone/secret --chdir /home/clone",
  );
  expect(mine).not.toContain("missing");
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
