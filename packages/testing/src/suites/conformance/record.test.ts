import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { tempFolder } from "../../temp-folder.ts";
import { recordCase, type Recorded } from "./record.ts";

test("keeps the raw output without this machine's names, and one entry a case", async () => {
  const folder = await tempFolder("record");
  const capture = join(folder, "capture.log");
  await writeFile(capture, `{"cwd":"/tmp/x/repo","home":"/tmp/x","installationId":"7"}\n`);
  const run = {
    argv: ["/opt/agents/codex", "app-server", "/tmp/x/repo"],
    capture,
    names: { "/tmp/x": "/attempt", "/tmp/x/repo": "/repo" },
  };
  const recorded: Recorded = {
    folder,
    agent: "codex",
    version: "1.2.3",
    case: "goes on, after a kill",
    facts: { report: "done" },
    runs: [run, run],
  };
  await recordCase({ ...recorded, case: "another" });
  await recordCase({ ...recorded, facts: { report: "none" } });
  await recordCase(recorded);

  const place = join(folder, "codex");
  expect((await readdir(place)).toSorted()).toEqual([
    "another.2.jsonl",
    "another.jsonl",
    "cases.json",
    "goes-on-after-a-kill.2.jsonl",
    "goes-on-after-a-kill.jsonl",
  ]);
  expect(await readFile(join(place, "another.jsonl"), "utf8")).toBe(
    `{"cwd":"/repo","home":"/attempt","installationId":"00000000-0000-4000-8000-000000000000"}\n`,
  );
  const entries: unknown = JSON.parse(await readFile(join(place, "cases.json"), "utf8"));
  expect(entries).toMatchObject([
    { case: "another" },
    { case: "goes on, after a kill", argv: ["codex", "app-server", "/repo"], facts: { report: "done" } },
  ]);
});
