import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { AgentSettings } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { createFakeClock } from "@orch/testing/fake-clock";
import { expect, it } from "vitest";

import { createFreeModels } from "./free-models.ts";

it("asks opencode for its free models once an hour", async () => {
  const folder = await tempFolder("models");
  const asked = join(folder, "asked");
  const program = join(folder, "opencode");
  const script = `#!/bin/sh\necho x >> ${asked}\nprintf 'opencode/a-free\\nopencode/paid\\nnoise about free things\\n'\n`;
  await writeFile(program, script);
  await chmod(program, 0o755);
  const clock = createFakeClock();
  const path = [folder, "/usr/bin", "/bin"];
  const models = createFreeModels({ surroundings: { path, home: folder }, clock });
  const settings: AgentSettings = { driver: "opencode", command: ["opencode"], args: [], env: {}, options: {} };
  expect(await models(settings)).toEqual(["opencode/a-free"]);
  expect(await models(settings)).toEqual(["opencode/a-free"]);
  expect(await readFile(asked, "utf8")).toBe("x\n");
  await clock.advance(3_600_001);
  await models(settings);
  expect(await readFile(asked, "utf8")).toBe("x\nx\n");
  expect(await models({ ...settings, command: ["no-such-program"] })).toEqual([]);
});
