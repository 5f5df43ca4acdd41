import { unwrap } from "@orch/core";
import { expect, test } from "vitest";

import { agentKeysOf } from "./agent-keys.ts";
import { loadConfig } from "./load-config.ts";

const env = { HOME: "/me", KEY: "word-of-the-key", EMPTY: "" };

function keysOf(text: string, kind: "global" | "project" = "global"): Readonly<Record<string, unknown>> {
  return unwrap(agentKeysOf({ path: "/me/.orch/config.yml", kind, text, env }));
}

test("agents and their confinement come along, everything else stays", () => {
  const text = `
projects: [/me/site]
gh: { app: { id: 1, private_key: x } }
checks: [{ name: a, run: [b] }]
agents: { a: { driver: command, command: [x], env: { K: "\${KEY}", L: "\${MISSING:-low}", M: "\${EMPTY:-m}" } } }
sandbox: { mode: srt, read: [tools, ~/own, /abs] }
`;
  expect(keysOf(text)).toEqual({
    agents: { a: { driver: "command", command: ["x"], env: { K: "${KEY}", L: "low", M: "m" } } },
    sandbox: { mode: "srt", read: ["/me/.orch/tools", "~/own", "/abs"] },
  });
});

test("paths of logins are absolute, and what was plain stays plain", () => {
  const text = `agents: { a: { home: login, accounts: [{ name: b, home: "\${KEY}/x" }], args: ["$\${KEY}", home] } }`;
  const agent = { home: "/me/.orch/login", accounts: [{ name: "b", home: "${KEY}/x" }], args: ["$${KEY}", "home"] };
  expect(keysOf(text)).toEqual({ agents: { a: agent } });
});

test("read again, it means the same", async () => {
  const text = `agents: { a: { driver: command, command: [x], args: ["$\${KEY}", "\${KEY}"], home: login } }`;
  const load = async (home: string, content: string) => {
    const files = {
      read: async (path: string) => (path === `${home}/config.yml` ? content : undefined),
      exists: async () => false,
    };
    return unwrap(await loadConfig({ home, env, files })).config.agents;
  };
  const again = await load("/elsewhere", JSON.stringify(keysOf(text)));
  expect(again).toEqual(await load("/me/.orch", text));
  expect(again["a"]).toMatchObject({ args: ["${KEY}", "word-of-the-key"], home: "/me/.orch/login" });
});

test("an agent of which nothing is said stays", () => {
  expect(keysOf("agents:\n  codex:\n")).toEqual({ agents: { codex: {} } });
});

test("an empty file has none, and a broken one says why", () => {
  expect(keysOf("")).toEqual({});
  expect(agentKeysOf({ path: "/c", kind: "global", text: "agents: {", env })).toMatchObject({ ok: false });
  expect(agentKeysOf({ path: "/c", kind: "global", text: "agents: ${NO}", env })).toMatchObject({
    ok: false,
    error: { code: "config_invalid" },
  });
});
