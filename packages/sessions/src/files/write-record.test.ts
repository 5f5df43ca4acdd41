import { readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { createRecord, writeRecord } from "./write-record.ts";

test("a link where the draft is made leads the record nowhere", async () => {
  const folder = await tempFolder();
  const theirs = join(folder, "theirs");
  const path = join(folder, "exit.json");
  writeFileSync(theirs, "precious");
  symlinkSync(theirs, `${path}.${process.pid}.tmp`);
  writeRecord(path, { is: "written" });
  symlinkSync(theirs, `${join(folder, "claim.json")}.${process.pid}.tmp`);
  expect(createRecord(join(folder, "claim.json"), 1)).toBe(true);
  expect(readFileSync(theirs, "utf8")).toBe("precious");
  expect(readFileSync(path, "utf8")).toBe('{"is":"written"}\n');
  expect(readdirSync(folder).toSorted()).toEqual(["claim.json", "exit.json", "theirs"]);
});
