import { parseProjectId } from "@orch/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { projectIdFor } from "./project-id.ts";

test.each([
  ["git@github.com:Acme/App.git", "acme/app"],
  ["git@github.com:acme/app", "acme/app"],
  ["github.com:acme/app.git", "acme/app"],
  ["ssh://git@github.com:22/acme/app.git", "acme/app"],
  ["https://github.com/acme/app", "acme/app"],
  ["https://token@github.com/acme/app.git/", "acme/app"],
  ["git://example.com/acme/my.app.git\n", "acme/my.app"],
  ["https://example.com/group/sub/app.git", "local/folder"],
  ["https://example.com/acme/..", "local/folder"],
  ["file:///srv/git/acme/app.git", "local/folder"],
  ["/srv/acme/app.git", "local/folder"],
  ["../acme/app", "local/folder"],
  ["C:\\acme\\app", "local/folder"],
  ["", "local/folder"],
])("%s", (remote, id) => {
  expect(projectIdFor(remote, "/somewhere/folder")).toBe(id);
});

test("folders without a remote", () => {
  expect(projectIdFor(undefined, "/a/My-App/")).toBe("local/my-app");
  expect(projectIdFor(undefined, "/a/мир")).toMatch(/^local\/folder-[0-9a-f]{8}$/);
  expect(projectIdFor(undefined, "/a/мир")).not.toBe(projectIdFor(undefined, "/a/рим"));
  expect(projectIdFor(undefined, "/a/my app")).toMatch(/^local\/my-app-[0-9a-f]{8}$/);
  expect(projectIdFor(undefined, "/")).toMatch(/^local\/folder-/);
});

test("whatever comes in, a project id comes out", () => {
  fc.assert(
    fc.property(
      fc.option(fc.string({ unit: "binary" }), { nil: undefined }),
      fc.string({ unit: "binary" }),
      (remote, folder) => {
        expect(parseProjectId(projectIdFor(remote, folder)).ok).toBe(true);
      },
    ),
  );
});
