import * as fc from "fast-check";
import { expect, test } from "vitest";

import { parseLaunch } from "./parse-launch.ts";
import { parseClaim, parseEventLine, parseExit, parseIndexEntry, parseState, parseWireLine } from "./parse-records.ts";

const spec = {
  id: "app-1",
  attempt: { project: "acme/app", id: "int-1", attempt: 1 },
  purpose: "agent",
  folder: "/srv/folder",
  argv: ["agent", "", "x"],
  cwd: "/srv/clone",
  env: { PATH: "/bin" },
  protocol: "raw",
  protocolOptions: { deep: [1, null] },
  sandbox: { mode: "auto", write: ["/srv/clone"], hide: [], read: [], network: true },
  limits: { wallMs: 1, silenceMs: 2, noProgressMs: 3, outputBytes: 4 },
  host: "auto",
};
const launch = { nonce: "n", host: "tmux", socket: "/srv/s.sock", hide: ["/srv/run"], spec };

test("reads what was written", () => {
  expect(parseLaunch(JSON.stringify(launch))).toEqual({ ok: true, value: launch });
});

test.each<[string, object]>([
  ["an unknown host", { ...launch, host: "screen" }],
  ["a relative socket", { ...launch, socket: "s.sock" }],
  ["an empty program", { ...launch, spec: { ...spec, argv: [] } }],
  ["a bad id", { ...launch, spec: { ...spec, id: "../x" } }],
  ["a relative folder", { ...launch, spec: { ...spec, folder: "folder" } }],
  ["a zero byte", { ...launch, spec: { ...spec, argv: ["a\0b"] } }],
  ["a variable with an equals sign", { ...launch, spec: { ...spec, env: { "A=B": "c" } } }],
  ["a number as a variable", { ...launch, spec: { ...spec, env: { A: 1 } } }],
  ["a limit that is no number", { ...launch, spec: { ...spec, limits: { ...spec.limits, wallMs: "1" } } }],
  ["an unknown sandbox", { ...launch, spec: { ...spec, sandbox: { ...spec.sandbox, mode: "docker" } } }],
  ["a relative path to write", { ...launch, spec: { ...spec, sandbox: { ...spec.sandbox, write: ["x"] } } }],
])("refuses %s", (_, value) => {
  expect(parseLaunch(JSON.stringify(value))).toMatchObject({ ok: false, error: { code: "session_failed" } });
});

test("no text makes a parser throw", () => {
  const results = [parseLaunch, parseClaim, parseState, parseExit, parseIndexEntry];
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      for (const parse of results) expect(parse(text).ok).toBe(false);
      expect(parseEventLine(text)).toBeUndefined();
      parseWireLine(text);
    }),
  );
});
