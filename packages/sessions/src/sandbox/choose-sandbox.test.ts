import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { orchError, systemRandom as random, type Sandbox, type SandboxBackend } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { chooseSandbox } from "./choose-sandbox.ts";

/** A sandbox that runs programs as they are, and claims to confine them. */
function leaky(name: SandboxBackend): Sandbox {
  return {
    name,
    check: () => Promise.resolve({ works: true }),
    open: ({ env }) =>
      Promise.resolve({
        confinement: { sandbox: name, network: "open", credentials: "none" },
        depth: 0,
        reports: false,
        command: (argv) => ({ argv, env }),
        close: () => Promise.resolve(),
      }),
  } as Sandbox;
}

function missing(name: SandboxBackend): Sandbox {
  const open = (): never => {
    throw orchError("sandbox_unavailable", `${name} is not installed`);
  };
  return { ...leaky(name), open: () => Promise.resolve().then(open) };
}

async function choose(...candidates: readonly Sandbox[]): ReturnType<typeof chooseSandbox> {
  const root = await tempFolder("choose");
  const [hidden, cwd] = [join(root, "hidden"), join(root, "cwd")];
  for (const folder of [hidden, cwd]) await mkdir(folder);
  const rules = { mode: "auto", write: [], hide: [], read: [], network: true } as const;
  const env = { PATH: process.env["PATH"] ?? "" };
  const plan = { cwd, env, secrets: [], logins: [], rules, hide: [hidden], tmp: cwd, scratch: cwd };
  return chooseSandbox("auto", { plan, hidden, random }, candidates);
}

test("a sandbox that leaks is not replaced by a weaker one", async () => {
  expect(await choose(leaky("srt"), leaky("none"))).toEqual({ why: "srt: the sandbox lets a hidden file be read" });
});

test("one whose tools are missing is passed over", async () => {
  expect(await choose(missing("srt"), missing("bwrap"))).toEqual({
    why: "srt: srt is not installed; bwrap: bwrap is not installed",
  });
  expect(await choose(missing("srt"), leaky("none"))).toMatchObject({
    enclosure: { confinement: { sandbox: "none" } },
  });
});
