import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "@orch/testing";
import { expect, it } from "vitest";

import { holdLock } from "./hold-lock.ts";

it("is held by one, and free again when it is given up", async () => {
  const path = join(await tempFolder(), "run", "lock");
  const first = holdLock(path);
  expect(first).toBeDefined();
  expect(holdLock(path)).toBeUndefined();
  first?.[Symbol.dispose]();
  const second = holdLock(path);
  expect(second).toBeDefined();
  second?.[Symbol.dispose]();
});

it("tells when the file can't be made", async () => {
  const file = join(await tempFolder(), "file");
  await writeFile(file, "");
  expect(() => holdLock(join(file, "lock"))).toThrow(expect.objectContaining({ code: "home_unusable" }));
});
