import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { orchError } from "@orch/core";
import { createRedactor } from "@orch/security";
import { createFakeClock, obeyedIn, tempFolder, terminalPayloads } from "@orch/testing";
import { expect, test } from "vitest";

import { openFileLogger } from "./file-logger.ts";

test("whoever watches the daemon sees what a line is about, on one line, and nothing that a terminal obeys", async () => {
  const clock = createFakeClock();
  const at = new Date(clock.now()).toISOString();
  const folder = await tempFolder();
  const echoed: string[] = [];
  const redactor = createRedactor({ secrets: ["the-password-of-a-test"] });
  using logger = openFileLogger({ folder, clock, redactor, echo: (line) => echoed.push(line) });

  logger.info({ task: "octo/sample#1", agent: "codex", attempts: 2, plan: { hidden: true } }, "is in_progress");
  logger.debug({ verb: "push" }, "git ran");
  const error = orchError("internal", "no way\n2000-01-01 info all is well\u001b]0;mine\u0007", {
    hint: "Look again.",
  });
  logger.warn({ error, secret: "the-password-of-a-test", title: "a b\u001b[2J" }, "it failed");

  expect(echoed).toEqual([
    `${at} info  octo/sample#1 is in_progress agent=codex attempts=2`,
    `${at} warn  it failed: no way 2000-01-01 info all is well. Look again. secret=[redacted:known-secret] title="a b\\u001b[2J"`,
  ]);
  const lines = (await readFile(join(folder, "orch.log"), "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(["info", "debug", "warn"]);
});

test.each(terminalPayloads)("%s is obeyed neither by who watches nor by who opens the file", async (_what, said) => {
  const folder = await tempFolder();
  const echoed: string[] = [];
  const redactor = createRedactor({ secrets: [] });
  using logger = openFileLogger({ folder, clock: createFakeClock(), redactor, echo: (line) => echoed.push(line) });
  logger.warn({ task: said, error: orchError("internal", said, { hint: said }), [said]: said }, "it failed");
  const file = await readFile(join(folder, "orch.log"), "utf8");
  for (const text of [echoed.join("\n"), file]) expect(obeyedIn(text, { styles: true })).toBeUndefined();
  expect(JSON.parse(file)).toMatchObject({ [said]: said });
});
