import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { systemRandom as random, type Enclosure } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { bwrapArguments } from "./bwrap-arguments.ts";
import { flyCanaries } from "./canary.ts";
import { findTool } from "./find-tool.ts";
import { asOrdinaryUser, isRoot } from "./ordinary-user.ts";

const bwrap = findTool("bwrap");
const env = { PATH: process.env["PATH"] ?? "" };

/** An enclosure that claims to confine, and does what `wrap` does. */
function enclosure(
  wrap: (argv: readonly string[]) => readonly string[],
  network: Enclosure["confinement"]["network"] = "none",
): Enclosure {
  return {
    confinement: { sandbox: "bwrap", network, credentials: "none" },
    depth: 1,
    reports: true,
    command: (argv) => ({ argv: wrap(argv), env }),
    close: () => Promise.resolve(),
  };
}

async function place(): Promise<{ readonly hidden: string; readonly cwd: string; readonly root: string }> {
  const root = await tempFolder("canary");
  const [hidden, cwd] = [join(root, "hidden"), join(root, "cwd")];
  for (const folder of [hidden, cwd]) await mkdir(folder);
  return { root, hidden, cwd };
}

test("a sandbox that confines nothing is found out", async () => {
  const { hidden, cwd } = await place();
  const leak = await flyCanaries(
    enclosure((argv) => argv),
    { hidden, cwd, random },
  );
  expect(leak).toEqual({ why: "the sandbox lets a hidden file be read", leaks: true });
});

test("a sandbox that does not start is found out, with its own words", async () => {
  const { hidden, cwd } = await place();
  const broken = enclosure(() => ["/bin/sh", "-c", "echo no namespaces here >&2; exit 1"]);
  expect(await flyCanaries(broken, { hidden, cwd, random })).toEqual({
    why: "the sandbox did not start: no namespaces here",
    leaks: false,
  });
});

describe.runIf(bwrap !== undefined)("with bubblewrap", () => {
  const confined = (
    of: { root: string; hidden: string; cwd: string },
    rules: { hide: boolean; network: boolean; rights?: boolean },
  ) => {
    const given = { mode: "bwrap", write: [], hide: rules.hide ? [of.hidden] : [], read: [of.root] } as const;
    const tmp = join(of.root, "tmp");
    const mounts = bwrapArguments({ rules: { ...given, network: rules.network }, cwd: of.cwd, tmp, hide: [] });
    const prefix = [...mounts, ...(rules.rights === true ? [] : asOrdinaryUser())];
    return (argv: readonly string[]): readonly string[] => [bwrap ?? "", ...prefix, "--", ...argv];
  };

  test("a network that is there although it was to be cut is found out", async () => {
    const ground = await place();
    await mkdir(join(ground.root, "tmp"));
    const leaky = enclosure(confined(ground, { hide: true, network: true }));
    expect(await flyCanaries(leaky, { ...ground, random })).toMatchObject({
      why: expect.stringMatching(/network interface|port of this machine/) as unknown,
    });
  });

  const broken = (...more: readonly string[]) => {
    const start = ["--unshare-user", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "--dev", "/dev"];
    return (hidden: string) =>
      enclosure((argv) => [bwrap ?? "", ...start, "--proc", "/proc", "--tmpfs", hidden, ...more, "--", ...argv]);
  };
  const user = ["--uid", "1000", "--gid", "1000"];

  test.runIf(isRoot()).each([
    { has: "its rights over the covers", sandbox: broken(), why: "the sandbox lets a hidden file be read" },
    {
      has: "its rights, without util-linux",
      sandbox: broken("--ro-bind", "/dev/null", findTool("umount") ?? ""),
      why: "the sandbox leaves a program rights of root",
    },
    { has: "the kernel's rules", sandbox: broken(...user), why: "the sandbox lets the kernel's rules be written" },
    {
      has: "its own files",
      sandbox: broken(...user, "--ro-bind", "/proc/sys", "/proc/sys"),
      why: "the sandbox lets root's own files be read",
    },
  ])("one that leaves root $has is found out", async ({ sandbox, why }) => {
    const { hidden, cwd } = await place();
    expect(await flyCanaries(sandbox(hidden), { hidden, cwd, random })).toEqual({ why, leaks: true });
  });

  test("what holds passes", async () => {
    const ground = await place();
    await mkdir(join(ground.root, "tmp"));
    const tight = enclosure(confined(ground, { hide: true, network: false }));
    expect(await flyCanaries(tight, { ...ground, random })).toBeUndefined();
    const open = enclosure(confined(ground, { hide: false, network: false }));
    expect(await flyCanaries(open, { ...ground, random })).toMatchObject({ leaks: true });
  });
});
