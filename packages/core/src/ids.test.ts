import { expect, test } from "vitest";

import { parseBranchName, parseProjectId, parseTaskId, parseTaskRef } from "./ids.ts";

test.each([
  [parseBranchName, "../../marker"],
  [parseBranchName, "--upload-pack=x"],
  [parseProjectId, "one"],
  [parseTaskId, "$(id)"],
  [parseTaskRef, "../../etc/passwd"],
  [parseTaskRef, "no project#int-1"],
])("a refusal names the words that were given (case %#)", (parse, text) => {
  const parsed = parse(text);
  const error = parsed.ok ? undefined : parsed.error;
  expect(error).toMatchObject({ code: "invalid_id", message: expect.stringMatching(/^"[^"]+" is not a /) as string });
  expect(error?.hint).toMatch(/looks like/);
});

test("a task anywhere is read from its last hash sign", () => {
  expect(parseTaskRef("Acme/App#int-5")).toEqual({ ok: true, value: { project: "acme/app", id: "int-5" } });
});
