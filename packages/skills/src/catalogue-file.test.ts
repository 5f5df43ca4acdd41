import { expect, test } from "vitest";

import { readCatalogueFile } from "./catalogue-file.ts";

const COMMIT = "a".repeat(40);

test("the catalogue file of the first seed is understood", () => {
  const text = `repositories:
  - name: acme
    url: https://github.com/acme/skills
    description: Skills of Acme
    pin: ${COMMIT}
  - { url: acme/more, path: skills }
skills:
  - design
  - { id: review, name: Review well, description: How to read a change }
  - { id: ../escape }
  - 7
`;
  expect(readCatalogueFile(text)).toEqual({
    ok: true,
    value: {
      repositories: [
        { repo: "https://github.com/acme/skills", pin: COMMIT },
        { repo: "acme/more", path: "skills" },
      ],
      skills: [{ id: "design" }, { id: "review", name: "Review well", description: "How to read a change" }],
    },
  });
});

test.each([
  ["", { ok: true, value: { repositories: [], skills: [] } }],
  ["skills:\n", { ok: true, value: { repositories: [], skills: [] } }],
  ["- a", { ok: false, error: "repositories and skills have to be lists" }],
  ["skills: design", { ok: false, error: "repositories and skills have to be lists" }],
  ["a: [", { ok: false, error: "it is no YAML" }],
  ["a: &a [x]\nb: [*a, *a]", { ok: false, error: "it is no YAML" }],
  ["repositories: [{ name: a }]", { ok: false, error: "repository 1 has no url" }],
  [
    "repositories: [{ url: a/b, pin: main }]",
    { ok: false, error: "repository 1 has a pin that is no whole commit id" },
  ],
])("%j", (text, expected) => {
  expect(readCatalogueFile(text)).toEqual(expected);
});
