import { orchError } from "@orch/core";
import { createRedactor } from "@orch/security";
import { plantedSecrets } from "@orch/testing";
import { parseTarGzip } from "nanotar";
import { expect, test } from "vitest";

import { MOST_BUNDLE_BYTES, packBundle, type PackedBundle } from "./pack-bundle.ts";
import type { Part } from "./part.ts";

const KNOWN = "correct horse battery";
const PEM = `-----BEGIN PRIVATE KEY-----\n${"MIIEvQIBADANBgkq".repeat(4)}\n-----END PRIVATE KEY-----`;

function part(name: string, value: unknown, mostBytes = 100_000): Part {
  return { name, what: `What ${name} is`, mostBytes, read: async () => value };
}

function pack(...parts: readonly Part[]): Promise<PackedBundle> {
  const redactor = createRedactor({ secrets: [KNOWN] });
  return packBundle(parts, { redactor, version: "1.2.3", now: 1_000_000_000_000, userHome: "/home/me" });
}

async function filesOf({ archive }: PackedBundle): Promise<ReadonlyMap<string, string>> {
  const files = await parseTarGzip(archive);
  return new Map(files.map(({ name, text }) => [name, text]));
}

test("packs texts and data beside a manifest that lists them", async () => {
  const packed = await pack(part("log/orch.log", "one\ntwo\n"), part("status.json", { total: 2 }));
  const files = await filesOf(packed);
  expect([...files.keys()]).toEqual([
    "orch-bundle/manifest.json",
    "orch-bundle/log/orch.log",
    "orch-bundle/status.json",
  ]);
  expect(files.get("orch-bundle/log/orch.log")).toBe("one\ntwo\n");
  expect(JSON.parse(files.get("orch-bundle/status.json") ?? "")).toEqual({ total: 2 });
  expect(JSON.parse(files.get("orch-bundle/manifest.json") ?? "")).toEqual(packed.manifest);
  expect(packed.manifest).toMatchObject({
    format: 1,
    madeAt: "2001-09-09T01:46:40.000Z",
    orch: "1.2.3",
    files: [
      { name: "log/orch.log", what: "What log/orch.log is", bytes: 8, hidden: {} },
      { name: "status.json", hidden: {} },
    ],
    missing: [],
  });
});

test("hides every kind of secret, in texts and in data, and counts what it hid", async () => {
  const secrets = Object.values(plantedSecrets);
  const texts = [...secrets.map(({ text }) => text), `it is ${KNOWN}`, PEM];
  const packed = await pack(part("a.log", texts.join("\n")), part("b.json", { texts }), part("c.json", { [KNOWN]: 1 }));
  const all = [...(await filesOf(packed)).values()].join("\n");
  for (const { core } of secrets) expect(all).not.toContain(core);
  for (const text of [KNOWN, "MIIEvQIBADANBgkq"]) expect(all).not.toContain(text);
  expect(packed.manifest.missing).toEqual([]);
  expect(packed.manifest.hidden).toMatchObject({ "known-secret": 3 });
});

test("a part that fails is told of, without the secret in its reason", async () => {
  const broken: Part = {
    ...part("database.json", undefined),
    async read() {
      throw orchError("store_failed", `no database at /home/me/x with ${KNOWN}`);
    },
  };
  const { manifest } = await pack(broken, part("empty.json", undefined), part("status.json", {}));
  expect(manifest.files.map(({ name }) => name)).toEqual(["status.json"]);
  expect(manifest.missing).toEqual([
    {
      name: "database.json",
      what: "What database.json is",
      why: "no database at ~/x with [redacted:known-secret]",
    },
    { name: "empty.json", what: "What empty.json is", why: "there is none" },
  ]);
});

test("what a judge can't clear does not leave", async () => {
  const redactor = { ...createRedactor({ secrets: [] }), redactLater: async (text: string) => text };
  const about = { redactor, version: "1", now: 0, userHome: "" };
  const { archive, manifest } = await packBundle([part("a.log", plantedSecrets["npm"]?.text)], about);
  expect(manifest.files).toEqual([]);
  expect(manifest.missing).toMatchObject([{ name: "a.log", why: expect.stringContaining("kept back") as unknown }]);
  expect((await parseTarGzip(archive)).map(({ name }) => name)).toEqual(["orch-bundle/manifest.json"]);
});

test("keeps the end of a long text, leaves large data out, and stays below its limit", async () => {
  const line = `${"x".repeat(99)}\n`;
  const long = Array.from({ length: 10 }, (_, index) => part(`${index}.log`, line.repeat(30_000), 2_500_050));
  const packed = await pack(part("large.json", { line: line.repeat(2_000) }), ...long);
  const { files, missing } = packed.manifest;
  expect(missing).toEqual([{ name: "large.json", what: "What large.json is", why: "larger than 100000 bytes" }]);
  expect(files[0]).toMatchObject({ name: "0.log", bytes: 2_500_000, cut: true });
  expect(files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(MOST_BUNDLE_BYTES);
  expect((await filesOf(packed)).get("orch-bundle/0.log")?.startsWith(line)).toBe(true);
});

test("the person's home is a tilde, and a longer name of a folder stays", async () => {
  const files = await filesOf(await pack(part("a.log", "/home/me/x /home/me /home/meadow/y\n")));
  expect(files.get("orch-bundle/a.log")).toBe("~/x ~ /home/meadow/y\n");
});
