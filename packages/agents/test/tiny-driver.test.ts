/** The driver of docs/agents/writing-a-driver.md, run as its readers would run theirs. */
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { describeAgentDriver } from "@orch/testing";
import { expect, it } from "vitest";

import { createTinyDriver, tinyProtocol } from "./tiny-driver.ts";

const AGENT = join(import.meta.dirname, "fixtures", "tiny-agent.mjs");
const PAGE = join(import.meta.dirname, "../../../docs/agents/writing-a-driver.md");
const path = (process.env["PATH"] ?? "").split(delimiter);
const settings = { driver: "tiny", args: [], env: {}, options: {} };

describeAgentDriver("tiny", {
  driver: createTinyDriver({ path, home: import.meta.dirname }),
  protocol: tinyProtocol,
  failures: ["auth", "network"],
  absent: { ...settings, command: ["no-such-tiny"] },
  arrange: (scenario, _folder, failure) =>
    Promise.resolve({ settings: { ...settings, command: [process.execPath, AGENT, failure ?? scenario] } }),
});

it("is the driver that the page shows, in about 60 lines", async () => {
  const source = await readFile(join(import.meta.dirname, "tiny-driver.ts"), "utf8");
  // A driver of its own lives in `src/<name>`, beside the others.
  const shown = source.replaceAll('"../src/', '"../').trim();
  expect(await readFile(PAGE, "utf8")).toContain(`\`\`\`ts\n${shown}\n\`\`\``);
  expect(shown.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(64);
});
