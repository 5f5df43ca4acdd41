import { expect, it } from "vitest";

import { opencodePermissions } from "./opencode-permissions.ts";

it("allows everything but questions where there are no rules", () => {
  expect(opencodePermissions(undefined)).toEqual({
    "*": "allow",
    external_directory: "allow",
    doom_loop: "allow",
    question: "deny",
  });
});

it("puts denials after permissions, because the last pattern counts", () => {
  const permissions = opencodePermissions({ mode: "autonomous", allow: [], deny: ["Bash(rm *)", "Edit", "WebFetch"] });
  expect(permissions).toMatchObject({ "*": "allow", webfetch: "deny" });
  expect(Object.entries(permissions["bash"] ?? {})).toEqual([
    ["*", "allow"],
    ["rm *", "deny"],
  ]);
  expect(permissions["edit"]).toEqual({ "*": "deny" });
});

it("denies what a list does not name", () => {
  const permissions = opencodePermissions({ mode: "autonomous", allow: ["Read", "git", "Bash(npm test)"], deny: [] });
  expect(permissions).toMatchObject({ "*": "deny", read: { "*": "allow" } });
  expect(permissions["bash"]).toEqual({ "*": "deny", "git *": "allow", "npm test": "allow" });
});

it("asks where a person watches, but not about what harms nobody", () => {
  const permissions = opencodePermissions({ mode: "supervised", allow: ["Edit(docs/**)"], deny: ["WebSearch(x)"] });
  expect(permissions).toMatchObject({ "*": "ask", read: "allow", external_directory: "ask", websearch: "deny" });
  expect(permissions["edit"]).toEqual({ "*": "ask", "docs/**": "allow" });
});
