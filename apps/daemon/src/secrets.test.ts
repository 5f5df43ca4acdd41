import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { createDrivers } from "@orch/agents";
import type { AgentSettings } from "@orch/core";
import { createRedactor } from "@orch/security";
import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { agentSecrets } from "./secrets.ts";

const bare = { command: [], args: [], env: {}, options: {} };

test("every credential of the configuration is known: variables, accounts, and login files", async () => {
  const [home, other] = [await tempFolder("login"), await tempFolder("login")];
  const claude = (word: string): string =>
    JSON.stringify({ claudeAiOauth: { accessToken: word, refreshToken: `${word}-r` } });
  await writeFile(join(home, ".credentials.json"), claude("first-login-word"));
  await writeFile(join(other, ".credentials.json"), claude("other-login-word"));
  const agents: readonly AgentSettings[] = [
    {
      ...bare,
      driver: "command",
      args: ["--api-key", "word-among-arguments"],
      env: { VENDOR_API_KEY: "word-of-the-key", LEVEL: "high-enough" },
    },
    {
      ...bare,
      driver: "claude",
      home,
      accounts: [
        { name: "a", home: other, env: {} },
        { name: "b", env: { SOME_TOKEN: "word-of-the-account" } },
      ],
    },
    { ...bare, driver: "codex", home: join(home, "nothing-here") },
  ];
  const drivers = createDrivers({ path: [], home: await tempFolder("home") });
  const found = await agentSecrets(agents, drivers);
  const words = [
    "word-of-the-key",
    "word-among-arguments",
    "first-login-word",
    "other-login-word",
    "other-login-word-r",
    "word-of-the-account",
  ];
  expect(found).toEqual(expect.arrayContaining(words));
  expect(found).not.toContain("high-enough");
  const redactor = createRedactor({ secrets: found });
  for (const word of words) expect(redactor.redact(`it says ${word}`)).toBe("it says [redacted:known-secret]");
});
